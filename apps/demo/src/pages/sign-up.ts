import type { App } from "../app";
import { backend } from "../backend";
import { h } from "../dom";
import { notice } from "../notice";
import { field, textOf } from "./forms";

/** A new account: two fields and a passkey. */
export function signUp(app: App): HTMLElement {
  const submit = (event: Event): void => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const email = textOf(form, "email");
    const name = textOf(form, "name");
    void app.perform("Sign up", form.querySelector("button"), () => createAccount(app, email, name));
  };
  return h(
    "div",
    { class: "narrow form-page" },
    h("h1", { tabindex: -1 }, "Create an account"),
    h(
      "p",
      { class: "lead" },
      "No password. Your device makes a passkey, and from then on your fingerprint, face or screen lock signs you in.",
    ),
    h(
      "form",
      { submit },
      field({ name: "name", label: "Your name", type: "text", autocomplete: "name" }),
      field({
        name: "email",
        label: "E-mail address",
        type: "email",
        autocomplete: "username",
        hint: "It names your account. This demo sends nothing.",
      }),
      h("button", { type: "submit" }, "Create account with a passkey"),
    ),
    h("p", { class: "aside" }, "You have one already? ", h("a", { href: "#/sign-in" }, "Sign in")),
  );
}

async function createAccount(app: App, email: string, name: string): Promise<void> {
  const { token } = await backend.signUp(email, name);
  const proof = await app.ceremonies.createPasskey(token, email, name);
  const { account } = await backend.finishSignUp(proof);
  app.setAccount(account, "account");
  notice(`Welcome, ${account.name}. Your passkey is ready.`);
}
