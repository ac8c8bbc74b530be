import type { Prompt } from "@countersign/browser";

/** Looks and words that are not saved. */
export interface Draft {
  tenant: Prompt["tenant"];
  /** BCP 47; what the tenant prefers. */
  locale?: string;
  /** RFC 3339. */
  expiresAt: string;
}

/** Why there is nothing to show. */
export type Because = "ended" | "unknown" | "offline";

/** Asks the server what the address holds. It alone can read that. */
export async function fetchDraft(): Promise<Draft | { because: Because }> {
  const tenant = new URLSearchParams(location.search).get("tenant") ?? "";
  const answer = await fetch("/v1/client/preview", {
    method: "POST",
    headers: { Authorization: `Basic ${btoa(`${encodeURIComponent(tenant)}:`)}`, "Content-Type": "application/json" },
    body: JSON.stringify({ preview: location.hash.slice(1) }),
    credentials: "omit",
    cache: "no-store",
  }).catch(() => undefined);
  if (!answer || answer.status === 429 || answer.status >= 500) return { because: "offline" };
  if (answer.ok) return (await answer.json()) as Draft;
  return { because: answer.status === 400 ? "ended" : "unknown" };
}
