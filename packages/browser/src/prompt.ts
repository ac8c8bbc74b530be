/** What the server would ask of the user next. */
export type PromptKind =
  "CHALLENGE" | "ENROL" | "RECOVERY_CODES" | "UPLIFT" | "SETTINGS" | "DONE" | "BLOCKED" | "REVIEW" | "FAILED";

/** A method that the product implements. */
export type AuthenticatorMethod =
  | "PASSKEY"
  | "SECURITY_KEY"
  | "AUTHENTICATOR_APP"
  | "EMAIL_MAGIC_LINK"
  | "EMAIL_OTP"
  | "WHATSAPP"
  | "SMS"
  | "RECOVERY_CODE";

/** One of the user's authenticators; addresses are masked. */
export interface Authenticator {
  userAuthenticatorId: string;
  verificationMethod: AuthenticatorMethod;
  createdAt: string;
  lastVerifiedAt?: string;
  isDefault: boolean;
  /** What its user calls it. */
  name?: string;
  email?: string;
  phoneNumber?: string;
  previousSmsChannel?: "DEFAULT" | "WHATSAPP";
  recoveryCodesLeft?: number;
  webauthnCredential?: {
    credentialId: string;
    name: string;
    aaguidMapping?: { name: string; svgIconLight?: string; svgIconDark?: string };
  };
}

/** How a tenant's prompts look. Colours are `#rrggbb`, pictures are data URLs; what is absent is ours. */
export interface Theme {
  primary?: string;
  onPrimary?: string;
  primaryDark?: string;
  onPrimaryDark?: string;
  background?: string;
  backgroundDark?: string;
  radius?: number;
  font?: string;
  logo?: string;
  logoDark?: string;
}

/** What to show, and whom. */
export interface Prompt {
  kind: PromptKind;
  /** The action that the user wants to do, as its code. */
  action: string;
  /** Where the action stands, such as `CHALLENGE_REQUIRED`. */
  state: string;
  /** Ways to answer, the one to ask for first at the front. */
  methods: AuthenticatorMethod[];
  authenticators: Authenticator[];
  user: { userId: string; username?: string; displayName?: string };
  tenant: { tenantId: string; name: string; theme: Theme; messages: Record<string, Record<string, string>> };
  /** BCP 47; what the user or else the tenant prefers. */
  locale?: string;
  /** Where the user goes afterwards, when the page is no popup. */
  redirectUrl?: string;
  /** The only pages that may be told how it went. */
  origins: string[];
  /** Whether the user may add factors now. */
  mayEnrol: boolean;
  /** Whether the user may make a new set of recovery codes now. */
  mayRenewRecoveryCodes: boolean;
  /** Whether the user may remove the last authenticator that can confirm them. */
  mayRemoveLastFactor: boolean;
  /** After how many days an offer that was turned down is made again. */
  upliftEveryDays: number;
  /** For who runs the tenant: why no passkey and no security key can work on the pre-built UI, and what to set. */
  setUpAdvice?: string;
}

/** What the page would rather see. */
export interface PromptWish {
  /** Offer to add a factor, whatever the action asks. */
  forceEnrollment?: boolean;
  /** Show the user's factors. */
  settings?: boolean;
  /** Steps that were shown in this session and not taken. */
  passed?: readonly PromptKind[];
}
