import { createHmac } from "node:crypto";
import type { Server } from "./server.js";

const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** An authenticator app that was shown a secret in base32 (RFC 6238: SHA-1, six digits, thirty seconds). */
export class AuthenticatorApp {
  private readonly key: Buffer;

  constructor(
    private readonly server: Server,
    secret: string,
  ) {
    const bits = [...secret].map((letter) => BASE32.indexOf(letter).toString(2).padStart(5, "0")).join("");
    this.key = Buffer.from(bits.match(/.{8}/g)?.map((byte) => Number.parseInt(byte, 2)) ?? []);
  }

  /** The code it shows now, by the server's clock. */
  async code(): Promise<string> {
    return this.at(await this.server.advance(0));
  }

  /** The code of the next thirty seconds: the server's clock is moved there. */
  async nextCode(): Promise<string> {
    return this.at(await this.server.advance(30));
  }

  private at(milliseconds: number): string {
    const step = Buffer.alloc(8);
    step.writeBigUInt64BE(BigInt(Math.floor(milliseconds / 30_000)));
    const mac = createHmac("sha1", this.key).update(step).digest();
    const offset = mac.readUInt8(19) & 15;
    return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, "0");
  }
}
