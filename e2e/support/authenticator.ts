import type { CDPSession, Page } from "@playwright/test";

/** What a virtual authenticator is like; the defaults are those of a phone or laptop that syncs its passkeys. */
export interface AuthenticatorOptions {
  /** A key of before CTAP2 knows neither users nor PINs. */
  protocol?: "ctap2" | "u2f";
  transport?: "internal" | "usb" | "nfc" | "ble" | "hybrid";
  hasResidentKey?: boolean;
  hasUserVerification?: boolean;
  /** Whether the person passes fingerprint, face or PIN. */
  isUserVerified?: boolean;
  defaultBackupEligibility?: boolean;
  defaultBackupState?: boolean;
  /** false: nobody touches it, and the prompt stays open. */
  automaticPresenceSimulation?: boolean;
}

/** Options of a plain security key: no resident keys, no PIN. */
export const SECURITY_KEY: AuthenticatorOptions = {
  transport: "usb",
  hasResidentKey: false,
  hasUserVerification: false,
  isUserVerified: false,
  defaultBackupEligibility: false,
  defaultBackupState: false,
};

/** What the devtools say of one, of which this is demanded when it is given back. */
interface Credential {
  credentialId: string;
  isResidentCredential: boolean;
  privateKey: string;
  signCount: number;
}

/** An authenticator that the browser takes for a real one. */
export class Authenticator {
  private held: Credential[] = [];

  private constructor(
    private devtools: CDPSession,
    private authenticatorId: string,
    private readonly options: AuthenticatorOptions,
  ) {}

  static async add(page: Page, options: AuthenticatorOptions = {}): Promise<Authenticator> {
    return new Authenticator(...(await plug(page, options)), options);
  }

  /** Takes note of what it holds, before the window that it is plugged into goes. */
  async unplugged(): Promise<Authenticator> {
    const { authenticatorId } = this;
    this.held = (await this.devtools.send("WebAuthn.getCredentials", { authenticatorId })).credentials;
    return this;
  }

  /** Plugs it into another page or window, with what it held. */
  async plugInto(page: Page): Promise<void> {
    [this.devtools, this.authenticatorId] = await plug(page, this.options);
    const { authenticatorId } = this;
    for (const credential of this.held)
      await this.devtools.send("WebAuthn.addCredential", { authenticatorId, credential });
  }

  /** Credential ids it holds, base64. */
  async credentialIds(): Promise<string[]> {
    const { credentials } = await this.devtools.send("WebAuthn.getCredentials", {
      authenticatorId: this.authenticatorId,
    });
    return credentials.map(({ credentialId }) => credentialId);
  }

  /** From now on the person fails (or passes) fingerprint, face or PIN. */
  async setUserVerified(isUserVerified: boolean): Promise<void> {
    await this.devtools.send("WebAuthn.setUserVerified", { authenticatorId: this.authenticatorId, isUserVerified });
  }

  /** From now on touches happen by themselves (or never). */
  async setPresence(enabled: boolean): Promise<void> {
    await this.devtools.send("WebAuthn.setAutomaticPresenceSimulation", {
      authenticatorId: this.authenticatorId,
      enabled,
    });
  }

  /** Unplugs it. */
  async remove(): Promise<void> {
    await this.devtools.send("WebAuthn.removeVirtualAuthenticator", { authenticatorId: this.authenticatorId });
  }
}

async function plug(page: Page, options: AuthenticatorOptions): Promise<[CDPSession, string]> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("WebAuthn.enable");
  const { authenticatorId } = await devtools.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      defaultBackupEligibility: true,
      defaultBackupState: true,
      automaticPresenceSimulation: true,
      ...options,
    },
  });
  return [devtools, authenticatorId];
}
