import type { App } from "../app";
import { backend, type Account } from "../backend";
import { h } from "../dom";
import { notice } from "../notice";

/** A further way to sign in. */
interface Addition {
  id: string;
  label: string;
  /** What the customer reads when it is there. */
  done: string;
  enrol: (app: App, token: string, account: Account) => Promise<string>;
}

const ADDITIONS: Addition[] = [
  {
    id: "add-passkey",
    label: "Add a passkey",
    done: "The new passkey is ready.",
    enrol: ({ ceremonies }, token, { email, name }) => ceremonies.createPasskey(token, email, name),
  },
  {
    id: "add-key",
    label: "Add a security key",
    done: "The security key is ready.",
    enrol: ({ ceremonies }, token) => ceremonies.addSecurityKey(token),
  },
  {
    id: "add-app",
    label: "Add an authenticator app",
    done: "From now on a code of your app opens your account too.",
    enrol: ({ ceremonies }, token) => ceremonies.addApp(token),
  },
  {
    id: "add-email",
    label: "Add codes by e-mail",
    done: "From now on a code by e-mail opens your account too.",
    enrol: ({ ceremonies }, token, { email }) => ceremonies.addEmail(token, email),
  },
  {
    id: "add-link",
    label: "Add links by e-mail",
    done: "From now on a link by e-mail opens your account too.",
    enrol: ({ ceremonies }, token, { email }) => ceremonies.addLink(token, email),
  },
  {
    id: "add-phone",
    label: "Add codes by SMS",
    done: "From now on a code by SMS opens your account too.",
    enrol: ({ ceremonies }, token) => ceremonies.addPhone(token),
  },
];

/** The buttons that add a way to sign in. `added` is run after each. */
export function addingButtons(app: App, account: Account, added: () => Promise<void>): HTMLElement {
  const button = ({ id, label, done, enrol }: Addition, index: number): HTMLElement => {
    const click = (event: Event): void => {
      void app.perform(label, event.currentTarget as HTMLButtonElement, async () => {
        await enrol(app, await permissionToAdd(app), account);
        await added();
        notice(done);
      });
    };
    return h("button", { type: "button", class: index === 0 ? undefined : "secondary", id, click }, label);
  };
  return h("div", { class: "actions" }, ...ADDITIONS.map(button));
}

/** A token that may enrol. Whoever has a factor proves it first; the backend checks, then that proof opens the enrolment. */
export async function permissionToAdd(app: App): Promise<string> {
  const { token, challenge } = await backend.beginAdding();
  if (!challenge) return token;
  const proof = await app.ceremonies.prove(token);
  await backend.confirmAdding(proof);
  return proof;
}
