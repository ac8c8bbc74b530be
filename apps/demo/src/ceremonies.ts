import { Authsignal } from "@authsignal/browser";
import type { StepUp } from "./backend";
import { chooseFactor } from "./choose";
import { CeremonyRefused, wasSuperseded } from "./failure";
import { trace } from "./trace/record";

interface SdkReply<T> {
  data?: T;
  errorCode?: string;
  errorDescription?: string;
}

/** Every ceremony the page performs, through the published browser SDK. Each returns the token to hand to the backend. */
export class Ceremonies {
  private readonly sdk: Authsignal;

  constructor(tenantId: string) {
    this.sdk = new Authsignal({ tenantId, baseUrl: `${location.origin}/v1` });
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

  /** Asks for one of the customer's own factors; lets the customer choose when there are two kinds. */
  async prove({ token, methods }: StepUp): Promise<string> {
    if ((await chooseFactor(methods)) === "PASSKEY") {
      return run("passkey.signIn({ token })", () => this.sdk.passkey.signIn({ token }));
    }
    this.sdk.setToken(token);
    return run("securityKey.verify()", () => this.sdk.securityKey.verify());
  }

  /** Adds a security key to the user of `token`. */
  addSecurityKey(token: string): Promise<string> {
    this.sdk.setToken(token);
    return run("securityKey.enroll()", () => this.sdk.securityKey.enroll({ hints: ["security-key"] }));
  }
}

/** Whether passkeys can be offered in a form field's suggestions. */
export async function autofillAvailable(): Promise<boolean> {
  return (await window.PublicKeyCredential?.isConditionalMediationAvailable?.()) ?? false;
}

async function run(
  call: string,
  ceremony: () => Promise<SdkReply<{ token?: string; isVerified?: boolean }>>,
): Promise<string> {
  let reply: Awaited<ReturnType<typeof ceremony>>;
  try {
    reply = await ceremony();
  } catch (error) {
    const { name, message } = error as Error;
    if (!wasSuperseded(error)) trace.sdkCall(call, { name, message }, true);
    throw error;
  }
  const { data, errorCode, errorDescription } = reply;
  if (data?.token) {
    trace.sdkCall(call, { isVerified: data.isVerified, token: `${data.token.slice(0, 16)}…` }, false);
    return data.token;
  }
  trace.sdkCall(call, { errorCode, errorDescription }, true);
  throw new CeremonyRefused(
    errorCode ?? "unknown",
    errorDescription ?? "It could not be confirmed that it was you. Try again.",
  );
}
