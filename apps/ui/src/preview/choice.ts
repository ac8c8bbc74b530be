import type { PromptKind } from "@countersign/browser";
import type { Mode } from "../mode.js";
import { language, SPOKEN } from "../words/index.js";

/** What is shown of a preview. */
export interface Choice {
  kind: PromptKind;
  locale: string;
  mode: Mode;
}

/** Pages by kind, and what they are called here. */
export const KINDS: Record<PromptKind, string> = {
  CHALLENGE: "Confirm",
  ENROL: "Enrol",
  RECOVERY_CODES: "Recovery codes",
  UPLIFT: "Offer of a passkey",
  SETTINGS: "Settings",
  DONE: "Done",
  BLOCKED: "Blocked",
  REVIEW: "In review",
  FAILED: "Too many tries",
};

/** The locales to choose from: ours, and those that the tenant has words of its own for. */
export function locales(messages: object): string[] {
  const own = Object.keys(messages).filter((locale) => SPOKEN.includes(language(locale)));
  return [...new Set([...SPOKEN, ...own])].sort();
}

/** What the address asks for; what it does not say is a challenge, as who looks at it prefers to see it. */
export function readChoice(preferred: string | undefined): Choice {
  const query = new URLSearchParams(location.search);
  const kind = query.get("kind") ?? "";
  const locale = query.get("locale") ?? preferred ?? navigator.language;
  const isDark = query.get("mode") ? query.get("mode") === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  return {
    kind: Object.hasOwn(KINDS, kind) ? (kind as PromptKind) : "CHALLENGE",
    locale: SPOKEN.includes(language(locale)) ? locale : "en",
    mode: isDark ? "dark" : "light",
  };
}

/** Puts a choice into the address, so that a reload shows the same. */
export function writeChoice(choice: Choice): void {
  const url = new URL(location.href);
  for (const [name, value] of Object.entries(choice)) url.searchParams.set(name, value as string);
  history.replaceState(history.state, "", url);
}
