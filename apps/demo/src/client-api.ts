import type { SdkReply, Verified } from "./outcome";

/** What the customer has, as the Client API lists it: addresses are masked. */
export interface OwnFactor {
  verificationMethod: string;
  email?: string;
  phoneNumber?: string;
  recoveryCodesLeft?: number;
}

/** The calls that the SDK has no method for, answered in the form of its own. */
export const clientApi = {
  userAuthenticators: (token: string) => call<OwnFactor[]>(token, "GET", "user-authenticators"),
  makeRecoveryCodes: (token: string) =>
    call<{ recoveryCodes: string[] }>(token, "POST", "user-authenticators/recovery-codes"),
  verifyRecoveryCode: (token: string, verificationCode: string) =>
    call<Verified>(token, "POST", "verify/recovery-code", { verificationCode }),
  /** `emailML.checkVerificationStatus` of the SDK asks until the answer is yes; this asks once, so that a page can stop. */
  linkStatus: (token: string) => call<Verified>(token, "POST", "verify/email-magic-link/finalize", {}),
};

async function call<T>(token: string, method: string, path: string, body?: object): Promise<SdkReply<T>> {
  const answer = await fetch(`/v1/client/${path}`, {
    method,
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    ...(body && { body: JSON.stringify(body) }),
  });
  const said = await answer.json();
  if (!answer.ok) return { errorCode: said.errorCode, errorDescription: said.errorDescription };
  if (Array.isArray(said)) return { data: said as T };
  const { accessToken, ...data } = said;
  return { data: accessToken ? { ...data, token: accessToken } : data };
}
