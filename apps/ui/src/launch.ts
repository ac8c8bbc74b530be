import type { PromptKind } from "@countersign/browser";

/** How the page was opened (docs/reference/authsignal.md §4.2), as it is kept over a reload of this tab. */
export interface Launch {
  token: string;
  tenantId: string;
  /** The application opened it as a popup or window, and waits to be told. */
  popup: boolean;
  forceEnrollment: boolean;
  settings: boolean;
  /** What this tab had sent, by purpose. */
  sent: Record<string, Sent>;
  /** Pages that this tab was shown and that are not to be shown again. */
  passed: PromptKind[];
  /** What the server said of the application, for the day that it says no more. */
  application?: { origins: readonly string[]; returnUrl: string | undefined };
}

/** A code or link that was sent. */
export interface Sent {
  /** When: milliseconds since 1970, by this device's clock. */
  at: number;
  /** Where to, when it is a new address. */
  to?: string | undefined;
}

const KEPT = "countersign.launch";

/**
 * Reads the address, takes the token out of it at once, and remembers the launch for this tab: a reload goes on where it was.
 * `undefined` when nobody opened the page for anything.
 */
export function readLaunch(): Launch | undefined {
  const query = new URLSearchParams(location.search);
  const token = query.get("token");
  if (!token) return kept(query.get("tenant"));
  const tenantId = tenantOf(token);
  if (!tenantId) return undefined;
  const launch: Launch = {
    token,
    tenantId,
    popup: query.get("mode") === "popup",
    forceEnrollment: query.get("force_enrollment") === "true",
    settings: query.get("view") === "settings",
    sent: {},
    passed: [],
  };
  // The same address once more: what was sent is still on its way, and what was passed stays passed.
  const before = kept(tenantId);
  if (before?.token === token) Object.assign(launch, { sent: before.sent, passed: before.passed });
  // The tenant stays, because it decides who may frame the page when it is loaded again.
  history.replaceState(null, "", `${location.pathname}?tenant=${encodeURIComponent(tenantId)}`);
  keep(launch);
  return launch;
}

/** Remembers what became of the launch. A browser that keeps nothing for a framed page forgets it at the next reload. */
export function keep(launch: Launch): void {
  try {
    sessionStorage.setItem(KEPT, JSON.stringify(launch));
  } catch {
    // Forbidden for framed pages by some browsers' settings.
  }
}

/** Forgets the launch: whoever comes back to this tab finds nothing to go on with. */
export function forget(): void {
  try {
    sessionStorage.removeItem(KEPT);
  } catch {
    // Nothing was kept there.
  }
}

function kept(tenantId: string | null): Launch | undefined {
  try {
    const launch = JSON.parse(sessionStorage.getItem(KEPT) ?? "null") as Launch | null;
    // Who frames the page was decided by the tenant in the address: a token of another one is not for this page.
    return launch && launch.tenantId === tenantId ? { ...launch, passed: launch.passed ?? [] } : undefined;
  } catch {
    return undefined;
  }
}

/** The tenant that a token names. The server checks the token; this only finds the tenant's own rules. */
function tenantOf(token: string): string | undefined {
  try {
    const payload = (token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
    const claims = JSON.parse(atob(payload)) as { other?: { tenantId?: unknown } };
    const id = claims.other?.tenantId;
    return typeof id === "string" && /^[\w-]{1,64}$/.test(id) ? id : undefined;
  } catch {
    return undefined;
  }
}
