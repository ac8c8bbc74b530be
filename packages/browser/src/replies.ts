import type { Authenticator } from "./prompt.js";

/** Why an answer was wrong. After `MAX_ATTEMPTS_EXCEEDED` only a new code helps. */
export type FailureReason = "CODE_INVALID_OR_EXPIRED" | "MAX_ATTEMPTS_EXCEEDED";

/** What proved something. `accessToken` goes to the application's backend, which validates it. */
export interface Proved {
  isVerified: boolean;
  accessToken?: string;
  userAuthenticator?: Authenticator;
}

/** The answer to a code. */
export interface CodeReply extends Proved {
  failureReason?: FailureReason;
}

/** An enrolment that waits for its code. */
export interface Enrolling {
  userAuthenticatorId: string;
  userId: string;
}

/** An authenticator app that waits for its first code. Nothing of it is shown again. */
export interface EnrollingApp extends Enrolling {
  /** `otpauth://totp/…` */
  uri: string;
  /** Base32, to be typed into an app that reads no QR code. */
  secret: string;
  /** The QR code of `uri`, the source of an image. */
  qrCode: string;
}
