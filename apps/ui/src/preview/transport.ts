import { CountersignError, Transport, type Prompt, type PromptKind } from "@countersign/browser";
import { sampleApp, sampleCodes, samplePrompt } from "./sample.js";

/** The code that is wrong in a preview; any other is right. */
const WRONG = /^0+$/;

/** Answers in place of the server, so that every page can be reached and nothing is sent. */
export class SampleTransport extends Transport {
  private readonly prompt: Prompt;

  constructor(tenant: Prompt["tenant"], kind: PromptKind, locale: string) {
    super("", "");
    this.prompt = samplePrompt(tenant, kind, locale);
  }

  override async get<T>(): Promise<T> {
    return structuredClone(this.prompt) as T;
  }

  override async post<T>(path: string, body: unknown = {}): Promise<T> {
    return this.answer(path, body) as T;
  }

  override async patch<T>(path: string, body: unknown): Promise<T> {
    const id = idOf(path);
    const { isDefault } = body as { isDefault?: boolean };
    for (const factor of this.prompt.authenticators) {
      if (isDefault) factor.isDefault = factor.userAuthenticatorId === id;
      if (factor.userAuthenticatorId === id) Object.assign(factor, body);
    }
    return {} as T;
  }

  /** What is removed is gone from the list; the browser is told of no passkey, because none was there. */
  override async delete<T>(path: string): Promise<T> {
    const id = idOf(path);
    this.prompt.authenticators = this.prompt.authenticators.filter((factor) => factor.userAuthenticatorId !== id);
    throw new CountersignError("not_found", "Nothing in a preview is real.", 404);
  }

  private answer(path: string, body: unknown): unknown {
    // Passkeys and security keys: no dialogue of the browser opens, as when it is closed at once.
    if (path.endsWith("-options")) throw new CountersignError("cancelled", "Nothing in a preview is real.");
    if (path.endsWith("/finalize")) return { isVerified: false };
    if (path.endsWith("/totp") && path.startsWith("/user-authenticators")) return sampleApp();
    if (path.endsWith("/recovery-codes")) return { recoveryCodes: sampleCodes() };
    if (!path.startsWith("/verify/"))
      return { challengeId: "preview", userAuthenticatorId: "preview", userId: "preview" };
    const { verificationCode = "" } = body as { verificationCode?: string };
    if (WRONG.test(verificationCode)) return { isVerified: false, failureReason: "CODE_INVALID_OR_EXPIRED" };
    Object.assign(this.prompt, { kind: "DONE", state: "CHALLENGE_SUCCEEDED" });
    return { isVerified: true };
  }
}

function idOf(path: string): string {
  return decodeURIComponent(path.split("/").at(-1) ?? "");
}
