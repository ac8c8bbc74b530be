import type { Checked } from "./dialogs/enter";
import { CeremonyRefused, wasSuperseded } from "./failure";
import { trace } from "./trace/record";

/** What a call of the SDK answers. */
export interface SdkReply<T> {
  data?: T;
  errorCode?: string;
  errorDescription?: string;
}

/** What a call answers that may end a ceremony. */
export interface Verified {
  token?: string;
  isVerified?: boolean;
  failureReason?: string;
}

/** A ceremony that ends with a token. */
export async function run(call: string, ceremony: () => Promise<SdkReply<Verified>>): Promise<string> {
  const reply = await attempt(call, ceremony);
  const { data } = reply;
  if (data?.token) return tokenOf(call, data, data.token);
  return refuse(call, reply);
}

/** A call that begins something, or asks. `shown` is what of its answer may be seen in the drawer. */
export async function done<T extends object>(
  call: string,
  begin: () => Promise<SdkReply<T>>,
  shown: (data: T) => object = (data) => data,
): Promise<T> {
  const reply = await attempt(call, begin);
  if (!reply.data) return refuse(call, reply);
  trace.sdkCall(call, shown(reply.data), false);
  return reply.data;
}

/** An answer to a code: a wrong one is no error. */
export async function check(call: string, answer: () => Promise<SdkReply<Verified>>): Promise<Checked<string>> {
  const reply = await attempt(call, answer);
  const { data } = reply;
  if (data?.token) return { value: tokenOf(call, data, data.token) };
  if (!data?.failureReason) return refuse(call, reply);
  trace.sdkCall(call, data, true);
  const isOver = data.failureReason === "MAX_ATTEMPTS_EXCEEDED";
  const problem = isOver
    ? "That was wrong too often: it is no longer looked at. Start again, or try another way."
    : "That is not the code, or it has expired. Look at the newest one and try again.";
  return { problem, isOver };
}

async function attempt<T>(call: string, ceremony: () => Promise<SdkReply<T>>): Promise<SdkReply<T>> {
  try {
    return await ceremony();
  } catch (error) {
    const { name, message } = error as Error;
    if (!wasSuperseded(error)) trace.sdkCall(call, { name, message }, true);
    throw error;
  }
}

function tokenOf(call: string, { isVerified }: Verified, token: string): string {
  trace.sdkCall(call, { isVerified, token: `${token.slice(0, 16)}…` }, false);
  return token;
}

function refuse(call: string, { errorCode, errorDescription }: SdkReply<unknown>): never {
  trace.sdkCall(call, { errorCode, errorDescription }, true);
  throw new CeremonyRefused(
    errorCode ?? "unknown",
    errorDescription ?? "It could not be confirmed that it was you. Try again.",
  );
}
