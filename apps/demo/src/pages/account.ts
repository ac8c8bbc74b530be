import type { App } from "../app";
import { backend, type Account, type Factor } from "../backend";
import { h } from "../dom";
import { notice } from "../notice";
import { addingButtons } from "./adding";
import { factorCard } from "./factor-card";
import { recovery } from "./recovery";

/** The customer's account: who it is, every way to sign in, and recovery codes. */
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
  const recoveryCodes = h("div", { class: "recovery" });
  const reload = async (): Promise<void> => {
    const { factors } = await backend.account();
    const isSet = ({ verificationMethod }: Factor): boolean => verificationMethod === "RECOVERY_CODE";
    const card = (factor: Factor): HTMLElement =>
      factorCard(
        factor,
        (button) => void app.perform("Remove a way to sign in", button, () => remove(app, factor, reload)),
      );
    list.replaceChildren(...factors.filter((factor) => !isSet(factor)).map(card));
    list.setAttribute("aria-busy", "false");
    recoveryCodes.replaceChildren(...recovery(app, factors.find(isSet), reload));
  };
  reload().catch((error: unknown) => app.tell(error));

  return h(
    "div",
    { class: "account" },
    head(app, account),
    h(
      "section",
      { "aria-labelledby": "factors-title" },
      h("h2", { id: "factors-title", tabindex: -1 }, "Ways to sign in"),
      h("p", {}, "Two are better than one: if a device is lost, the other still opens the door."),
      list,
      addingButtons(app, account, reload),
    ),
    h(
      "section",
      { "aria-labelledby": "recovery-title" },
      h("h2", { id: "recovery-title" }, "Recovery codes"),
      recoveryCodes,
    ),
  );
}

function head(app: App, account: Account): HTMLElement {
  return h(
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
  );
}

async function remove(app: App, factor: Factor, reload: () => Promise<void>): Promise<void> {
  const { token } = await backend.beginRemoval(factor.userAuthenticatorId);
  await backend.finishRemoval(await app.ceremonies.prove(token));
  await reload();
  document.getElementById("factors-title")?.focus();
  const rest = factor.webauthnCredential ? "; delete it from your device too" : "";
  notice(`Removed. It no longer opens your account${rest}.`);
}

function signOut(app: App, button: HTMLButtonElement): Promise<void> {
  return app.perform("Sign out", button, async () => {
    await backend.signOut();
    app.setAccount(null, "");
    notice("You are signed out.");
  });
}
