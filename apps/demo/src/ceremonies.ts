import { Authsignal } from "@authsignal/browser";
import { clientApi } from "./client-api";
import { Codes, hideSecret } from "./codes";
import { AnotherWay } from "./dialogs/ask";
import { chooseWay, waysOf, type Way, type Ways } from "./dialogs/choose";
import { enter, type Checked } from "./dialogs/enter";
import { h } from "./dom";
import { CeremonyRefused } from "./failure";
import { done, run } from "./outcome";

/** Every ceremony the page performs, through the published browser SDK. Each returns the token to hand to the backend. */
export class Ceremonies {
  private readonly sdk: Authsignal;
  private readonly codes: Codes;

  constructor(tenantId: string) {
    this.sdk = new Authsignal({ tenantId, baseUrl: `${location.origin}/v1` });
    this.codes = new Codes(this.sdk);
  }

  /** Makes a passkey for the user that `token` was tracked for: on this device, a phone or a security key, as the customer likes. */
  createPasskey(token: string, username: string, displayName: string): Promise<string> {
    return run("passkey.signUp({ token, username })", () =>
      this.sdk.passkey.signUp({ token, username, displayName, authenticatorAttachment: null }),
    );
  }

  /** Asks for any passkey of this shop: the passkey says who it is. */
  signIn(): Promise<string> {
    return run('passkey.signIn({ action: "sign-in" })', () => this.sdk.passkey.signIn({ action: "sign-in" }));
  }

  /** Offers passkeys in the suggestions of the form's first field. Settles when one is picked; nothing is shown until then. */
  signInByAutofill(): Promise<string> {
    return run('passkey.signIn({ action: "sign-in", autofill: true })', () =>
      this.sdk.passkey.signIn({ action: "sign-in", autofill: true }),
    );
  }

  /** Asks for one of the customer's own factors; lets the customer choose, and choose again, when there are several kinds. */
  async prove(token: string): Promise<string> {
    this.sdk.setToken(token);
    const ways = waysOf(await done("GET user-authenticators", () => clientApi.userAuthenticators(token)));
    for (;;) {
      const way = await chooseWay(ways);
      try {
        return await this.proveBy(way, token, ways);
      } catch (error) {
        if (!(error instanceof AnotherWay)) throw error;
      }
    }
  }

  private async proveBy(way: Way, token: string, ways: Ways): Promise<string> {
    const { sdk, codes } = this;
    const { email = "", phoneNumber = "" } = ways.get(way) ?? {};
    const asking = { title: "Confirm that it is you", hasOtherWays: ways.size > 1 };
    switch (way) {
      case "PASSKEY":
        return run("passkey.signIn({ token })", () => sdk.passkey.signIn({ token }));
      case "SECURITY_KEY":
        return run("securityKey.verify()", () => sdk.securityKey.verify());
      case "AUTHENTICATOR_APP":
        return codes.enterFromApp({
          ...asking,
          about: [h("p", {}, "Type the code that your authenticator app shows.")],
        });
      case "RECOVERY_CODE":
        return codes.enterRecoveryCode(asking, token);
      case "EMAIL_OTP":
        await codes.send("email");
        return codes.enter(asking, "email", email);
      case "SMS":
        await codes.send("sms");
        return codes.enter(asking, "sms", phoneNumber);
      case "EMAIL_MAGIC_LINK":
        await codes.sendLink();
        return codes.awaitLink(asking, email, token);
    }
  }

  /** Adds a security key to the user of `token`. */
  addSecurityKey(token: string): Promise<string> {
    this.sdk.setToken(token);
    return run("securityKey.enroll()", () => this.sdk.securityKey.enroll({ hints: ["security-key"] }));
  }

  /** Adds an authenticator app: its first code shows that it has read the secret. */
  async addApp(token: string): Promise<string> {
    this.sdk.setToken(token);
    const offer = await done("totp.enroll()", () => this.sdk.totp.enroll(), hideSecret);
    // `qrCode` is more than the SDK's types know of: the picture of `uri`, made by the server.
    const { qrCode, secret } = offer as typeof offer & { qrCode: string };
    const about = [
      h("p", {}, "Scan this with your authenticator app, then type the code that it shows."),
      h("img", { class: "qr", src: qrCode, alt: "QR code for your authenticator app", width: 200, height: 200 }),
      h("p", { class: "hint" }, "Or type this into the app: ", h("code", {}, secret.replace(/.{4}(?=.)/g, "$& "))),
    ];
    return this.codes.enterFromApp({ title: "Add an authenticator app", about });
  }

  /** Adds codes by e-mail: the code that is sent at once shows whose the address is. */
  async addEmail(token: string, email: string): Promise<string> {
    this.sdk.setToken(token);
    const send = (): Promise<object> => done("email.enroll({ email })", () => this.sdk.email.enroll({ email }));
    await send();
    return this.codes.enter({ title: "Confirm your address" }, "email", email, send);
  }

  /** Adds links by e-mail: the link that is sent at once shows whose the address is. */
  async addLink(token: string, email: string): Promise<string> {
    this.sdk.setToken(token);
    const send = (): Promise<object> => done("emailML.enroll({ email })", () => this.sdk.emailML.enroll({ email }));
    await send();
    return this.codes.awaitLink({ title: "Confirm your address" }, email, token, send);
  }

  /** Adds codes to a phone, whose number is asked for. */
  async addPhone(token: string): Promise<string> {
    this.sdk.setToken(token);
    const about = [h("p", {}, "With the code of your country: +64\u00a021\u00a0000\u00a00789.")];
    const send = (phoneNumber: string): Promise<object> =>
      done("sms.enroll({ phoneNumber })", () => this.sdk.sms.enroll({ phoneNumber }));
    const check = async (typed: string): Promise<Checked<string>> => {
      const phoneNumber = typed.replace(/[\s().-]/g, "");
      try {
        await send(phoneNumber);
        return { value: phoneNumber };
      } catch (error) {
        if (!(error instanceof CeremonyRefused)) throw error;
        return { problem: error.description };
      }
    };
    const number = await enter({
      title: "Add codes by SMS",
      about,
      field: "phone",
      button: "Send a code",
      check,
    });
    return this.codes.enter({ title: "Confirm your number" }, "sms", number, () => send(number));
  }

  /** Makes recovery codes for a customer who has just confirmed who they are: ten, shown this once. */
  async makeRecoveryCodes(token: string): Promise<string[]> {
    const made = await done(
      "POST user-authenticators/recovery-codes",
      () => clientApi.makeRecoveryCodes(token),
      hideSecret,
    );
    return made.recoveryCodes;
  }
}

/** Whether passkeys can be offered in a form field's suggestions. */
export async function autofillAvailable(): Promise<boolean> {
  return (await window.PublicKeyCredential?.isConditionalMediationAvailable?.()) ?? false;
}
