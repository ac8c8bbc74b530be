import { Authenticators } from "./authenticators.js";
import type { Prompt, PromptWish } from "./prompt.js";
import { CodeMethod, CodeSender } from "./methods/code.js";
import { Email } from "./methods/email.js";
import { MagicLink } from "./methods/magic-link.js";
import { Passkey } from "./methods/passkey.js";
import { RecoveryCodes } from "./methods/recovery-codes.js";
import { SecurityKey } from "./methods/security-key.js";
import { Sms } from "./methods/sms.js";
import { Totp } from "./methods/totp.js";
import { Transport } from "./transport.js";

/** What a page needs to begin. */
export interface CountersignOptions {
  /** Such as `https://auth.example.com/v1`. */
  baseUrl: string;
  /** The token of `track`. */
  token: string;
}

/**
 * A user who proves who they are, or adds a way to.
 *
 * @example
 * const countersign = new Countersign({ baseUrl: "https://auth.example.com/v1", token });
 * const { accessToken } = await countersign.passkey.verify();
 */
export class Countersign {
  readonly passkey: Passkey;
  readonly securityKey: SecurityKey;
  readonly email: Email;
  readonly emailML: MagicLink;
  readonly sms: Sms;
  readonly whatsapp: CodeSender;
  readonly totp: Totp;
  readonly recoveryCodes: RecoveryCodes;
  readonly authenticators: Authenticators;
  private readonly transport: Transport;

  /** @param options where the server is and for whom; or what makes the calls in its place, such as for a page that only looks real */
  constructor(options: CountersignOptions | Transport) {
    this.transport =
      options instanceof Transport ? options : new Transport(options.baseUrl.replace(/\/+$/, ""), options.token);
    this.passkey = new Passkey(this.transport);
    this.securityKey = new SecurityKey(this.transport);
    this.email = new Email(this.transport);
    this.emailML = new MagicLink(this.transport);
    this.sms = new Sms(this.transport);
    this.whatsapp = new CodeSender(this.transport, "whatsapp");
    this.totp = new Totp(this.transport);
    this.recoveryCodes = new RecoveryCodes(this.transport, new CodeMethod(this.transport, "recovery-code"));
    this.authenticators = new Authenticators(this.transport);
  }

  /** The token as the last proof left it: what the backend validates. */
  get token(): string {
    return this.transport.token;
  }

  /** What the server would ask next. */
  prompt(wish: PromptWish = {}): Promise<Prompt> {
    const query = new URLSearchParams();
    if (wish.forceEnrollment) query.set("forceEnrollment", "true");
    if (wish.settings) query.set("settings", "true");
    if (wish.passed?.length) query.set("passed", wish.passed.join(","));
    return this.transport.get(`/prompt?${query}`);
  }
}
