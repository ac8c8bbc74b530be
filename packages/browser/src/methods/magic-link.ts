import type { CodeReply, Enrolling } from "../replies.js";
import type { Transport } from "../transport.js";

/** Links by e-mail. */
export class MagicLink {
  constructor(private readonly transport: Transport) {}

  /** Sends a link to a new address; following it makes it an authenticator. */
  enroll(options: { email: string }): Promise<Enrolling> {
    return this.transport.post("/user-authenticators/email-magic-link", options);
  }

  /** Sends a link to the user's address. The one before it works no more. */
  challenge(): Promise<{ challengeId: string }> {
    return this.transport.post("/challenge/email-magic-link");
  }

  /** Asks once whether the link was followed. `isVerified` is false as long as it was not. */
  check(): Promise<CodeReply> {
    return this.transport.prove("/verify/email-magic-link/finalize", {});
  }
}
