import { ShopError } from "./backend";

/** The server refused a ceremony. `code` is one of the API's error codes. */
export class CeremonyRefused extends Error {
  constructor(
    readonly code: string,
    readonly description: string,
  ) {
    super(description);
    this.name = "CeremonyRefused";
  }
}

const REFUSALS: Record<string, string> = {
  expired_token: "That took too long and the request has expired. Start again.",
  invalid_token: "This request is no longer valid. Start again.",
  unknown_credential: "This passkey is not known here any more. Remove it from your device, and sign in another way.",
  insufficient_scope: "Confirm that it is you first, then add another way to sign in.",
  too_many_requests: "Too many tries. Wait a minute, then try again.",
};

const BROWSER_ERRORS: Record<string, string> = {
  NotAllowedError:
    "The prompt was closed or timed out. Nothing was changed. Try again when you are ready, or use another way.",
  AbortError: "The prompt was closed. Nothing was changed.",
  InvalidStateError:
    "This device or key is already on your account. You can use it to sign in, or add a different one.",
  NotSupportedError: "This device cannot do that. Try a phone, or a security key.",
  ConstraintError: "This device has no screen lock, fingerprint or PIN set up. Set one up, then try again.",
};

const NO_SUPPORT = "This browser has no passkeys. Use a current version of Chrome, Edge, Firefox or Safari.";

/** What to tell a person about anything that was thrown: what happened, and what to do. */
export function describe(error: unknown, shopOrigin: string): string {
  if (error instanceof ShopError) return error.message;
  if (error instanceof CeremonyRefused) return REFUSALS[error.code] ?? error.description;
  if (!("PublicKeyCredential" in window)) return NO_SUPPORT;
  const name = nameOf(error);
  if (name === "SecurityError") return `Passkeys of this shop work only at ${shopOrigin}/demo/. Open it there.`;
  return BROWSER_ERRORS[name] ?? "Something unexpected happened. Reload the page and try again.";
}

/** Whether a ceremony ended because another one began or the page went on: nothing anyone needs to hear of. */
export function wasSuperseded(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERROR_CEREMONY_ABORTED";
}

/** The browser's name for a failure. The SDK wraps it: the name it had is on the error or on its cause. */
function nameOf(error: unknown): string {
  for (let at: unknown = error; at instanceof Error || at instanceof DOMException; at = at.cause) {
    if (at.name in BROWSER_ERRORS || at.name === "SecurityError") return at.name;
  }
  return "";
}
