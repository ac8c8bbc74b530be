import type { Authenticator, AuthenticatorMethod, Prompt } from "@countersign/browser";
import type { Translate } from "./index.js";
import { passkeyWords } from "./platform.js";

/** What a method is called in a list. */
export function methodName(t: Translate, method: AuthenticatorMethod, adding: boolean): string {
  return adding && method === "PASSKEY" ? passkeyWords(t).setUp : t(`method.${method}`);
}

/** A line below: where a code goes for a user who has the factor, else what it is. */
export function methodNote(t: Translate, method: AuthenticatorMethod, prompt: Prompt | undefined): string {
  return (prompt && addressOf(prompt, method)) ?? t(`note.${method}`);
}

/** The masked address of the user's factor that a method sends to: the one that is asked for first, else the oldest. */
export function addressOf(prompt: Prompt, method: AuthenticatorMethod): string | undefined {
  const kind = method === "WHATSAPP" ? "SMS" : method;
  const held = prompt.authenticators.filter(({ verificationMethod }) => verificationMethod === kind);
  const factor = held.find(({ isDefault }) => isDefault) ?? held[0];
  return factor?.email ?? factor?.phoneNumber;
}

/** What one of the user's factors is called. */
export function factorName(t: Translate, factor: Authenticator): string {
  return factor.name ?? factor.webauthnCredential?.name ?? t(`method.${factor.verificationMethod}`);
}

/** When one of the user's factors last proved anything. */
export function lastUsed(t: Translate, factor: Authenticator): string {
  if (!factor.lastVerifiedAt) return t("settings.unused");
  const day = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "medium" });
  return t("settings.used", { date: day.format(new Date(factor.lastVerifiedAt)) });
}

/** A line below it. */
export function factorNote(t: Translate, factor: Authenticator): string {
  const left = factor.recoveryCodesLeft;
  if (left !== undefined) return t("codes-left", { count: String(left) });
  const provider = factor.webauthnCredential?.aaguidMapping?.name;
  // A passkey that nobody named is called by its provider already.
  const note = provider === factorName(t, factor) ? undefined : provider;
  return factor.email ?? factor.phoneNumber ?? note ?? "";
}
