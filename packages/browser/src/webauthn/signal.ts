/** Which credentials of a user the server still takes (WebAuthn Level 3 §5.1.10). */
export interface Accepted {
  rpId: string;
  /** base64url. */
  userId: string;
  /** base64url. */
  allAcceptedCredentialIds: string[];
}

/**
 * Tells the browser, so that it offers no passkey that is gone. Not every browser listens, and none that fails undoes what the
 * server did: the outcome is not told.
 */
export async function signalAccepted(accepted: Accepted): Promise<void> {
  if (typeof PublicKeyCredential === "undefined") return;
  const known = PublicKeyCredential as typeof PublicKeyCredential & {
    signalAllAcceptedCredentials?: (accepted: Accepted) => Promise<void>;
  };
  await known.signalAllAcceptedCredentials?.(accepted).catch(() => undefined);
}
