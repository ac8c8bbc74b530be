import type { Authsignal } from "@authsignal/browser";
import { clientApi } from "./client-api";
import { awaitLink } from "./dialogs/await-link";
import { enter, type Checked } from "./dialogs/enter";
import { h, type Child } from "./dom";
import { check, done } from "./outcome";

/** How the customer is asked. */
interface Asking {
  title: string;
  hasOtherWays?: boolean;
}

type Resend = () => Promise<unknown>;

/** Codes and links: sent, typed, waited for. The SDK has the token of the action; each gives the token of the right answer. */
export class Codes {
  constructor(private readonly sdk: Authsignal) {}

  /** Sends a code to the customer's own address or number. */
  async send(by: "email" | "sms"): Promise<void> {
    await done(`${by}.challenge()`, () => this.sdk[by].challenge());
  }

  /** The code that was sent. `resend` sends another one. */
  enter(asking: Asking, by: "email" | "sms", address: string, resend: Resend = () => this.send(by)): Promise<string> {
    return enter({
      ...asking,
      about: [onItsWay("A code", address)],
      field: "code",
      resend,
      check: (code) => check(`${by}.verify({ code })`, () => this.sdk[by].verify({ code })),
    });
  }

  /** The code that the customer's app shows: nothing is sent. */
  enterFromApp(asking: Asking & { about: Child[] }): Promise<string> {
    return enter({
      ...asking,
      field: "code",
      check: (code) => check("totp.verify({ code })", () => this.sdk.totp.verify({ code })),
    });
  }

  enterRecoveryCode(asking: Asking, token: string): Promise<string> {
    return enter({
      ...asking,
      about: [h("p", {}, "Type one of the codes that you kept. It works this once.")],
      field: "recoveryCode",
      check: (code) => check("POST verify/recovery-code", () => clientApi.verifyRecoveryCode(token, code)),
    });
  }

  async sendLink(): Promise<void> {
    await done("emailML.challenge()", () => this.sdk.emailML.challenge());
  }

  /** The link that was sent, wherever it is opened. `resend` sends another one. */
  awaitLink(asking: Asking, address: string, token: string, resend: Resend = () => this.sendLink()): Promise<string> {
    return awaitLink({
      ...asking,
      about: [
        onItsWay("A link", address),
        h("p", {}, "Open it on any device and say yes. This page goes on by itself."),
      ],
      resend,
      check: () => this.linkStatus(token),
    });
  }

  private async linkStatus(token: string): Promise<Checked<string> | undefined> {
    const reply = await clientApi.linkStatus(token);
    const { isVerified, failureReason } = reply.data ?? {};
    if (reply.data && !isVerified && !failureReason) return undefined;
    const checked = await check("POST verify/email-magic-link/finalize", () => Promise.resolve(reply));
    return "problem" in checked ? { problem: "This link is over, or was refused. Ask for another one." } : checked;
  }
}

/** What the drawer shows of an answer that is seen once. */
export const hideSecret = (data: object): object =>
  Object.fromEntries(Object.entries(data).map(([name, value]) => [name, name.endsWith("Id") ? value : "…"]));

function onItsWay(what: string, address: string): HTMLElement {
  const inbox = h("a", { href: "/dev/inbox", target: "_blank" }, "the inbox");
  return h("p", {}, `${what} is on its way to ${address}. This demo sends nothing: it is in `, inbox, ".");
}
