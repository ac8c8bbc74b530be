import type { App } from "../app";
import { backend, ShopError } from "../backend";
import { autofillAvailable } from "../ceremonies";
import { h } from "../dom";
import { CeremonyRefused } from "../failure";
import { notice } from "../notice";
import { trace } from "../trace/record";
import { field, textOf } from "./forms";

/** Signing in: a passkey from the field's suggestions, a passkey by button, or a factor of a named account. */
export function signIn(app: App): HTMLElement {
  const withPasskey = (event: Event): void => {
    void app.perform("Sign in with a passkey", event.currentTarget as HTMLButtonElement, async () =>
      enter(app, await app.ceremonies.signIn()),
    );
  };
  const byName = (event: Event): void => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const email = textOf(form, "email");
    void app.perform("Sign in by e-mail address", form.querySelector("button"), async () => {
      const { token } = await backend.signIn(email);
      await enter(app, await app.ceremonies.prove(token));
    });
  };
  void offerAutofill(app);
  return h(
    "div",
    { class: "narrow form-page" },
    h("h1", { tabindex: -1 }, "Welcome back"),
    h(
      "p",
      {},
      h(
        "button",
        { type: "button", class: "wide", id: "sign-in-passkey", click: withPasskey },
        "Sign in with a passkey",
      ),
    ),
    h("p", { class: "or" }, h("span", {}, "or")),
    h(
      "form",
      { submit: byName },
      field({
        name: "email",
        label: "E-mail address",
        type: "email",
        // "webauthn" lets the browser list passkeys among the field's suggestions.
        autocomplete: "username webauthn",
        hint: "Choose a passkey from the suggestions, or type your address to sign in another way.",
      }),
      h("button", { type: "submit", class: "secondary wide" }, "Continue"),
    ),
    h("p", { class: "aside" }, "New here? ", h("a", { href: "#/sign-up" }, "Create an account")),
  );
}

let waiting = false;

/** Waits in the background for a passkey picked from the suggestions, also while the customer looks at other pages. */
async function offerAutofill(app: App): Promise<void> {
  if (waiting || !(await autofillAvailable())) return;
  waiting = true;
  trace.begin("Sign in by autofill");
  try {
    await enter(app, await app.ceremonies.signInByAutofill());
  } catch (error) {
    // Nobody has asked for anything until a passkey is picked; after that a refusal comes from one of the backends.
    if (error instanceof CeremonyRefused || error instanceof ShopError) app.tell(error);
  } finally {
    waiting = false;
  }
}

async function enter(app: App, token: string): Promise<void> {
  const { account } = await backend.finishSignIn(token);
  app.setAccount(account, "account");
  notice(`Good to see you, ${account.name}.`);
}
