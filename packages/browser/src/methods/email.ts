import type { Enrolling } from "../replies.js";
import type { Transport } from "../transport.js";
import { CodeSender } from "./code.js";

/** Codes by e-mail. */
export class Email extends CodeSender {
  constructor(transport: Transport) {
    super(transport, "email-otp");
  }

  /** Sends a code to a new address; the right answer makes it an authenticator. */
  enroll(options: { email: string }): Promise<Enrolling> {
    return this.transport.post("/user-authenticators/email-otp", options);
  }
}
