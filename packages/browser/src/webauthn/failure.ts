import { CountersignError } from "../error.js";

/** Refuses where the browser has no WebAuthn, or the page is not one that may use it. */
export function supported(): void {
  if (typeof PublicKeyCredential !== "undefined") return;
  throw new CountersignError("unsupported", "This browser, or this page in it, cannot use passkeys or security keys.");
}

/** What is done in a ceremony: a credential is made, or asked to sign. */
export type Doing = "create" | "get";

/** What a ceremony in the browser failed of. The browser says little on purpose, so that pages learn nothing of users. */
export function described(error: unknown, doing: Doing): CountersignError {
  const { name, message } = error instanceof Error ? error : { name: "", message: String(error) };
  const failed = (code: string, words: string) =>
    new CountersignError(code, words, undefined, undefined, undefined, { cause: error });
  switch (name) {
    case "NotAllowedError":
    case "AbortError":
      return failed("cancelled", "The dialogue was closed, its time ran out, or nothing at hand could answer.");
    case "InvalidStateError":
      if (doing === "get") return failed("cancelled", "The authenticator could not answer. Try again.");
      return failed("already_registered", "This authenticator is enrolled already.");
    case "OperationError":
      return failed("busy", "Another ceremony of this page is under way. Wait until it has ended, then try again.");
    case "NotSupportedError":
    case "ConstraintError":
      return failed("unsupported", "The authenticator cannot do what is asked of it.");
    case "SecurityError":
      return failed("unsupported", `The page's host does not fit the relying party ID: ${message}`);
    default:
      return failed("unsupported", message);
  }
}
