import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/**
 * `@authsignal/browser` for a script element: the bytes that npm published and package-lock.json holds the checksum of. Nothing is
 * bundled or patched.
 */
export const SDK = readFileSync(
  join(dirname(createRequire(import.meta.url).resolve("@authsignal/browser")), "index.min.js"),
);
