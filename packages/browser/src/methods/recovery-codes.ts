import type { CodeReply } from "../replies.js";
import type { Transport } from "../transport.js";
import type { CodeMethod } from "./code.js";

/** Codes kept for the day that nothing else is at hand. */
export class RecoveryCodes {
  constructor(
    private readonly transport: Transport,
    private readonly code: CodeMethod,
  ) {}

  /** Makes a set for a user who has just proved themselves. It is shown once, and ends the one before it. */
  async create(): Promise<string[]> {
    const path = "/user-authenticators/recovery-codes";
    const { recoveryCodes } = await this.transport.post<{ recoveryCodes: string[] }>(path);
    return recoveryCodes;
  }

  /** Answers with one of them, which is used up by it. */
  verify(options: { code: string }): Promise<CodeReply> {
    return this.code.verify(options);
  }
}
