import { Authsignal } from "@authsignal/browser";
import type { StepUp } from "./backend";
import { chooseFactor } from "./choose";
import { enterCode, type Checked } from "./enter-code";
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

  /** Asks for one of the customer's own factors; lets the customer choose when there are several kinds. */
  async prove({ token, methods }: StepUp): Promise<string> {
    const factor = await chooseFactor(methods);
    this.sdk.setToken(token);
    switch (factor) {
      case "PASSKEY":
        return run("passkey.signIn({ token })", () => this.sdk.passkey.signIn({ token }));
      case "SECURITY_KEY":
        return run("securityKey.verify()", () => this.sdk.securityKey.verify());
      case "EMAIL_OTP":
        await this.sendCode();
        return this.enterEmailCode("Confirm that it is you", "your e-mail address");
    }
  }

  /** Adds codes by e-mail to the user of `token`: the code that is sent at once shows whose the address is. */
  async addEmail(token: string, email: string): Promise<string> {
    this.sdk.setToken(token);
    await done("email.enroll({ email })", () => this.sdk.email.enroll({ email }));
    return this.enterEmailCode("Confirm your address", email);
  }

  private async sendCode(): Promise<void> {
    await done("email.challenge()", () => this.sdk.email.challenge());
  }

  private enterEmailCode(title: string, address: string): Promise<string> {
    return enterCode({
      title,
      where: `A code is on its way to ${address}. This demo sends nothing: it is in the inbox at ${location.origin}/dev/inbox.`,
      resend: () => this.sendCode(),
      check: (code) => check("email.verify({ code })", () => this.sdk.email.verify({ code })),
    });
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

interface Verified {
  token?: string;
  isVerified?: boolean;
  failureReason?: string;
}

/** A ceremony that ends with a token. */
async function run(call: string, ceremony: () => Promise<SdkReply<Verified>>): Promise<string> {
  const reply = await attempt(call, ceremony);
  const { data } = reply;
  if (data?.token) return tokenOf(call, data, data.token);
  return refuse(call, reply);
}

/** A call that has something under way. */
async function done(call: string, begin: () => Promise<SdkReply<object>>): Promise<void> {
  const reply = await attempt(call, begin);
  if (!reply.data) refuse(call, reply);
  trace.sdkCall(call, reply.data, false);
}

/** An answer to a code: a wrong one is no error. */
async function check(call: string, answer: () => Promise<SdkReply<Verified>>): Promise<Checked> {
  const reply = await attempt(call, answer);
  const { data } = reply;
  if (data?.token) return { token: tokenOf(call, data, data.token) };
  if (!data?.failureReason) return refuse(call, reply);
  trace.sdkCall(call, data, true);
  const isOver = data.failureReason === "MAX_ATTEMPTS_EXCEEDED";
  const problem = isOver
    ? "That was wrong too often: this code is no longer valid. Get another one."
    : "That is not the code, or it has expired. Look at the newest message and try again.";
  return { problem, isOver };
}

async function attempt<T>(call: string, ceremony: () => Promise<SdkReply<T>>): Promise<SdkReply<T>> {
  try {
    return await ceremony();
  } catch (error) {
    const { name, message } = error as Error;
    if (!wasSuperseded(error)) trace.sdkCall(call, { name, message }, true);
    throw error;
  }
}

function tokenOf(call: string, { isVerified }: Verified, token: string): string {
  trace.sdkCall(call, { isVerified, token: `${token.slice(0, 16)}…` }, false);
  return token;
}

function refuse(call: string, { errorCode, errorDescription }: SdkReply<unknown>): never {
  trace.sdkCall(call, { errorCode, errorDescription }, true);
  throw new CeremonyRefused(
    errorCode ?? "unknown",
    errorDescription ?? "It could not be confirmed that it was you. Try again.",
  );
}
