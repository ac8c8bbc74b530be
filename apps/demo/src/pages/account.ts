import type { App } from "../app";
import { backend, type Factor } from "../backend";
import { h } from "../dom";
import { notice } from "../notice";
import { factorCard } from "./factor-card";

/** The customer's account: who it is, and every way to sign in. */
export function account(app: App): HTMLElement {
  const { account } = app;
  if (!account) {
    return h(
      "div",
      { class: "narrow empty" },
      h("h1", { tabindex: -1 }, "You are signed out"),
      h("p", {}, h("a", { class: "button", href: "#/sign-in" }, "Sign in")),
    );
  }
  const list = h("ul", { class: "factors", "aria-busy": "true" });
  const reload = async (): Promise<void> => {
    const { factors } = await backend.account();
    list.replaceChildren(
      ...factors.map((factor) =>
        factorCard(
          factor,
          (button) => void app.perform("Remove a way to sign in", button, () => remove(app, factor, reload)),
        ),
      ),
    );
    list.setAttribute("aria-busy", "false");
  };
  reload().catch((error: unknown) => app.tell(error));

  const adding =
    (title: string, done: string, enrol: (token: string) => Promise<string>) =>
    (event: Event): void => {
      void app.perform(title, event.currentTarget as HTMLButtonElement, async () => {
        await enrol(await permissionToAdd(app));
        await reload();
        notice(done);
      });
    };
  return h(
    "div",
    { class: "account" },
    h(
      "header",
      { class: "account-head" },
      h("div", {}, h("h1", { tabindex: -1 }, account.name), h("p", { class: "origin" }, account.email)),
      h(
        "button",
        {
          type: "button",
          class: "quiet",
          id: "sign-out",
          click: (event) => void signOut(app, event.currentTarget as HTMLButtonElement),
        },
        "Sign out",
      ),
    ),
    h(
      "section",
      { "aria-labelledby": "factors-title" },
      h("h2", { id: "factors-title", tabindex: -1 }, "Ways to sign in"),
      h("p", {}, "Two are better than one: if a device is lost, the other still opens the door."),
      list,
      h(
        "div",
        { class: "actions" },
        h(
          "button",
          {
            type: "button",
            id: "add-passkey",
            click: adding("Add a passkey", "The new passkey is ready.", (token) =>
              app.ceremonies.createPasskey(token, account.email, account.name),
            ),
          },
          "Add a passkey",
        ),
        h(
          "button",
          {
            type: "button",
            class: "secondary",
            id: "add-key",
            click: adding("Add a security key", "The security key is ready.", (token) =>
              app.ceremonies.addSecurityKey(token),
            ),
          },
          "Add a security key",
        ),
        h(
          "button",
          {
            type: "button",
            class: "secondary",
            id: "add-email",
            click: adding("Add codes by e-mail", "From now on a code by e-mail opens your account too.", (token) =>
              app.ceremonies.addEmail(token, account.email),
            ),
          },
          "Add codes by e-mail",
        ),
      ),
    ),
  );
}

/** A token that may enrol. Whoever has a factor proves it first; the backend checks, then that proof opens the enrolment. */
async function permissionToAdd(app: App): Promise<string> {
  const { token, methods, challenge } = await backend.beginAdding();
  if (!challenge) return token;
  const proof = await app.ceremonies.prove({ token, methods });
  await backend.confirmAdding(proof);
  return proof;
}

async function remove(app: App, factor: Factor, reload: () => Promise<void>): Promise<void> {
  const stepUp = await backend.beginRemoval(factor.userAuthenticatorId);
  await backend.finishRemoval(await app.ceremonies.prove(stepUp));
  await reload();
  document.getElementById("factors-title")?.focus();
  notice("Removed. It no longer opens your account; delete it from your device too.");
}

function signOut(app: App, button: HTMLButtonElement): Promise<void> {
  return app.perform("Sign out", button, async () => {
    await backend.signOut();
    app.setAccount(null, "");
    notice("You are signed out.");
  });
}
