/**
 * Codes that this package adds to those of the API (docs/reference/errors.md):
 *
 * - `network`: no answer came. Whether the call was heard is not known: `prompt()` says where the user stands. Asking again is safe;
 *   a code that was answered, and a link that was sent, count once more.
 * - `busy`: another script of the page runs a ceremony, and the browser shows one at a time.
 * - `cancelled`: the browser's dialogue was closed, its time ran out, a later ceremony took its place, or your signal ended it.
 * - `unsupported`: this browser or page cannot do it at all.
 * - `already_registered`: the authenticator at hand is enrolled already.
 */
export type ErrorCode = "network" | "busy" | "cancelled" | "unsupported" | "already_registered" | (string & {});

/** Every call of this package fails with one of these. */
export class CountersignError extends Error {
  override readonly name = "CountersignError";

  /**
   * @param code what happened, for programs
   * @param message what happened and what to do, for developers
   * @param status the HTTP status, when an answer came
   * @param requestId finds the call in the server's log
   * @param retryAfter seconds until a further call makes sense
   */
  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly status?: number,
    readonly requestId?: string,
    readonly retryAfter?: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
