import type { Authenticator } from "./prompt.js";
import type { Transport } from "./transport.js";
import { signalAccepted, type Accepted } from "./webauthn/signal.js";

const PATH = "/user-authenticators";

/**
 * The user's own authenticators. Changing and removing one takes a proof of the last ten minutes, or a token that the backend gave
 * scope `update:authenticators` or `remove:authenticators`; else it fails with `insufficient_scope`.
 */
export class Authenticators {
  constructor(private readonly transport: Transport) {}

  /** All of them, oldest first. */
  list(): Promise<Authenticator[]> {
    return this.transport.get(PATH);
  }

  /** Gives one another name, of 1 to 64 characters. */
  rename(userAuthenticatorId: string, name: string): Promise<Authenticator> {
    return this.change(userAuthenticatorId, { name });
  }

  /** Makes one the first to be asked for. */
  makeDefault(userAuthenticatorId: string): Promise<Authenticator> {
    return this.change(userAuthenticatorId, { isDefault: true });
  }

  /**
   * Removes one for good, and tells the browser which passkeys are left. Fails with `last_factor` when nothing would be left that
   * can confirm the user.
   */
  async remove(userAuthenticatorId: string): Promise<void> {
    const { signal } = await this.transport.delete<{ signal: Accepted }>(this.path(userAuthenticatorId));
    await signalAccepted(signal);
  }

  private change(id: string, change: { name: string } | { isDefault: true }): Promise<Authenticator> {
    return this.transport.patch(this.path(id), change);
  }

  private path(id: string): string {
    return `${PATH}/${encodeURIComponent(id)}`;
  }
}
