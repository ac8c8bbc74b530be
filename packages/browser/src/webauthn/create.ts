import { decode, encode } from "./base64url.js";
import { ceremony } from "./ceremony.js";

/** `PublicKeyCredentialCreationOptionsJSON` (WebAuthn Level 3 §5.1.8), as far as it is not passed on as it is. */
export interface CreationOptions {
  challenge: string;
  user: { id: string; name: string; displayName: string };
  excludeCredentials?: { id: string; type: "public-key"; transports?: string[] }[];
  [member: string]: unknown;
}

/** Makes a credential and gives it back as JSON (WebAuthn Level 3 §5.1.8). */
export async function create(options: CreationOptions, signal?: AbortSignal): Promise<object> {
  const publicKey = {
    ...options,
    challenge: decode(options.challenge),
    user: { ...options.user, id: decode(options.user.id) },
    excludeCredentials: (options.excludeCredentials ?? []).map((known) => ({ ...known, id: decode(known.id) })),
  } as unknown as PublicKeyCredentialCreationOptions;
  const credential = await ceremony("create", signal, (signal) => navigator.credentials.create({ publicKey, signal }));
  const response = credential.response as AuthenticatorAttestationResponse;
  return {
    id: credential.id,
    rawId: credential.id,
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: {
      clientDataJSON: encode(response.clientDataJSON),
      attestationObject: encode(response.attestationObject),
      // Missing in older browsers.
      transports: response.getTransports?.() ?? [],
    },
  };
}
