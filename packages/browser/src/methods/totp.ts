import type { EnrollingApp } from "../replies.js";
import type { Transport } from "../transport.js";
import { CodeMethod } from "./code.js";

/** An authenticator app. */
export class Totp extends CodeMethod {
  constructor(transport: Transport) {
    super(transport, "totp");
  }

  /** Makes a secret for a new app; its first code makes it an authenticator. */
  enroll(): Promise<EnrollingApp> {
    return this.transport.post("/user-authenticators/totp");
  }
}
