import type { Enrolling } from "../replies.js";
import type { Transport } from "../transport.js";
import { CodeSender } from "./code.js";

/** Codes to a phone. */
export class Sms extends CodeSender {
  constructor(transport: Transport) {
    super(transport, "sms");
  }

  /** Sends a code to a new phone, E.164; the right answer makes it an authenticator. */
  enroll(options: { phoneNumber: string }): Promise<Enrolling> {
    return this.transport.post("/user-authenticators/sms", options);
  }
}
