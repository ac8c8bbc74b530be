import type { Proved } from "../replies.js";
import type { Transport } from "../transport.js";
import { create, type CreationOptions } from "../webauthn/create.js";
import { get, type RequestOptions } from "../webauthn/get.js";

/** Ends a ceremony from outside, such as when its page is left: it fails with `cancelled`. */
export interface Ending {
  signal?: AbortSignal;
}

/** Passkeys. */
export class Passkey {
  constructor(private readonly transport: Transport) {}

  /** Makes a passkey. `authenticatorAttachment` leaves a choice to the user when absent. */
  async enroll(options: { authenticatorAttachment?: AuthenticatorAttachment } & Ending = {}): Promise<Proved> {
    const { signal, ...wish } = options;
    const path = "/user-authenticators/passkey";
    type Offer = { challengeId: string; options: CreationOptions };
    const offer = await this.transport.post<Offer>(`${path}/registration-options`, wish);
    const registrationCredential = await create(offer.options, signal);
    return this.transport.prove(path, {
      challengeId: offer.challengeId,
      registrationCredential,
      conditionalCreate: false,
    });
  }

  /** Proves the token's user by one of their passkeys. */
  async verify({ signal }: Ending = {}): Promise<Proved> {
    type Offer = { challengeId: string; options: RequestOptions };
    const offer = await this.transport.post<Offer>("/user-authenticators/passkey/authentication-options");
    const authenticationCredential = await get(offer.options, signal);
    return this.transport.prove("/verify/passkey", { challengeId: offer.challengeId, authenticationCredential });
  }
}
