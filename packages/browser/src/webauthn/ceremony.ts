import { CountersignError } from "../error.js";
import { described, supported, type Doing } from "./failure.js";

/** The ceremony that is under way on this page. */
let running: AbortController | undefined;

/**
 * Runs a ceremony in the browser, which shows one at a time: one that begins takes the place of one that was forgotten behind
 * another tab or dialogue, and that one fails with `cancelled`. `signal` ends it too.
 */
export async function ceremony(
  doing: Doing,
  signal: AbortSignal | undefined,
  run: (signal: AbortSignal) => Promise<Credential | null>,
): Promise<PublicKeyCredential> {
  supported();
  if (signal?.aborted) throw new CountersignError("cancelled", "The ceremony was ended before it began.");
  running?.abort();
  const own = new AbortController();
  running = own;
  const stop = () => own.abort();
  signal?.addEventListener("abort", stop, { once: true });
  try {
    const credential = await run(own.signal);
    if (credential) return credential as PublicKeyCredential;
    throw new CountersignError("cancelled", "The browser gave no credential, and did not say why.");
  } catch (error) {
    throw error instanceof CountersignError ? error : described(error, doing);
  } finally {
    signal?.removeEventListener("abort", stop);
    if (running === own) running = undefined;
  }
}
