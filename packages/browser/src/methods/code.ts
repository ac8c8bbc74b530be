import type { CodeReply } from "../replies.js";
import type { Transport } from "../transport.js";

/** A code that the user types. */
export class CodeMethod {
  /** @param path the method's part of its calls' paths, such as `email-otp` */
  constructor(
    protected readonly transport: Transport,
    protected readonly path: string,
  ) {}

  /** Answers with a code. A wrong one is no error: `isVerified` is false, and `failureReason` says why. */
  verify(options: { code: string }): Promise<CodeReply> {
    return this.transport.prove(`/verify/${this.path}`, { verificationCode: options.code });
  }
}

/** A code that is sent. */
export class CodeSender extends CodeMethod {
  /** Sends a code to the user's factor. The one before it works no more. */
  challenge(): Promise<{ challengeId: string }> {
    return this.transport.post(`/challenge/${this.path}`);
  }
}
