import { decode, encode } from "./base64url.js";
import { ceremony } from "./ceremony.js";

/** `PublicKeyCredentialRequestOptionsJSON` (WebAuthn Level 3 §5.1.9), as far as it is not passed on as it is. */
export interface RequestOptions {
  challenge: string;
  allowCredentials?: { id: string; type: "public-key"; transports?: string[] }[];
  [member: string]: unknown;
}

/** Asks a credential to sign and gives the assertion back as JSON (WebAuthn Level 3 §5.1.9). */
export async function get(options: RequestOptions, signal?: AbortSignal): Promise<object> {
  const publicKey = {
    ...options,
    challenge: decode(options.challenge),
    allowCredentials: (options.allowCredentials ?? []).map((known) => ({ ...known, id: decode(known.id) })),
  } as unknown as PublicKeyCredentialRequestOptions;
  const credential = await ceremony("get", signal, (signal) => navigator.credentials.get({ publicKey, signal }));
  const response = credential.response as AuthenticatorAssertionResponse;
  return {
    id: credential.id,
    rawId: credential.id,
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: {
      clientDataJSON: encode(response.clientDataJSON),
      authenticatorData: encode(response.authenticatorData),
      signature: encode(response.signature),
      ...(response.userHandle ? { userHandle: encode(response.userHandle) } : {}),
    },
  };
}
