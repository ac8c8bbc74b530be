import { CountersignError } from "@countersign/browser";
import type { Key } from "./en.js";
import type { Translate } from "./index.js";

const KNOWN = new Set([
  "cancelled",
  "unsupported",
  "already_registered",
  "network",
  "delivery_failed",
  "insufficient_scope",
  "invalid_credential",
  "unknown_credential",
  "last_factor",
]);

/** What an error says to the person in front of the page. Its own words are for developers. */
export function refusal(t: Translate, error: unknown): string {
  if (!(error instanceof CountersignError)) return t("error.other", { id: "–" });
  if (error.code === "too_many_requests")
    return t("error.too_many_requests", { wait: wait(t, error.retryAfter ?? 60) });
  // Another dialogue of this page stands there: the same words help.
  if (error.code === "busy") return t("error.cancelled");
  if (KNOWN.has(error.code)) return t(`error.${error.code}` as Key);
  return t("error.other", { id: error.requestId ?? error.code });
}

function wait(t: Translate, seconds: number): string {
  if (seconds < 100) return t("wait.seconds", { count: String(seconds) });
  return t("wait.minutes", { count: String(Math.ceil(seconds / 60)) });
}
