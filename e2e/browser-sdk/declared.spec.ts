import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { expect, test } from "./test.js";

const DECLARATIONS = dirname(createRequire(import.meta.url).resolve("@authsignal/browser"));

/** The calls of each kind of code and link: email.spec.ts, links.spec.ts, sms.spec.ts and totp.spec.ts make all of them. */
const CALLS = {
  email: ["enroll", "challenge", "verify"],
  emailML: ["enroll", "challenge", "checkVerificationStatus"],
  sms: ["enroll", "challenge", "verify"],
  whatsapp: ["challenge", "verify"],
  totp: ["enroll", "verify"],
};

const FILES: Record<string, string> = { emailML: "email-magic-link" };

test("these are all the calls that the SDK declares for codes and links", () => {
  for (const [group, calls] of Object.entries(CALLS)) {
    const declared = readFileSync(join(DECLARATIONS, `${FILES[group] ?? group}.d.ts`), "utf8");
    const methods = [...declared.matchAll(/^ {4}(\w+)\(.*\): Promise</gm)].map(([, name]) => name);
    expect(methods, group).toEqual(calls);
  }
});

test("without a token each of them says so, and nothing is asked of the server", async ({ page, sdk }) => {
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  for (const [group, calls] of Object.entries(CALLS)) {
    for (const call of calls) {
      const parameter = { email: "ada@example.com", phoneNumber: "+64210000789", code: "123456" };
      expect(await sdk(`${group}.${call}`, parameter), call).toMatchObject({ errorCode: "token_not_set" });
    }
  }
  expect(asked).toEqual([]);
});
