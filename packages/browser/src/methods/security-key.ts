import type { Proved } from "../replies.js";
import type { Transport } from "../transport.js";
import type { Ending } from "./passkey.js";
import { create, type CreationOptions } from "../webauthn/create.js";
import { get, type RequestOptions } from "../webauthn/get.js";

/** Hardware security keys. */
export class SecurityKey {
  constructor(private readonly transport: Transport) {}

  /** Enrols a key. */
  async enroll({ signal }: Ending = {}): Promise<Proved> {
    const path = "/user-authenticators/security-key";
    const options = await this.transport.post<CreationOptions>(`${path}/registration-options`);
    return this.transport.prove(path, await create(options, signal));
  }

  /** Proves the token's user by one of their keys. */
  async verify({ signal }: Ending = {}): Promise<Proved> {
    const path = "/user-authenticators/security-key/authentication-options";
    const options = await this.transport.post<RequestOptions>(path);
    return this.transport.prove("/verify/security-key", await get(options, signal));
  }
}
