import type { OwnFactor } from "../client-api";
import { h } from "../dom";
import { ask } from "./ask";

/** A kind of factor, or recovery codes, with what the customer is told of it. */
const WAYS = {
  PASSKEY: ["Use your passkey", () => "Fingerprint, face or screen lock of this device or your phone"],
  SECURITY_KEY: ["Use a security key", () => "Plug it in or hold it near, then touch it"],
  AUTHENTICATOR_APP: ["Use your authenticator app", () => "Type the six digits that it shows"],
  EMAIL_OTP: ["Get a code by e-mail", ({ email }) => `Six digits, to ${email}`],
  EMAIL_MAGIC_LINK: ["Get a link by e-mail", ({ email }) => `To ${email}: open it on any device`],
  SMS: ["Get a code by SMS", ({ phoneNumber }) => `Six digits, to ${phoneNumber}`],
  RECOVERY_CODE: ["Use a recovery code", ({ recoveryCodesLeft }) => `One of the ${recoveryCodesLeft} that you kept`],
} satisfies Record<string, [string, (factor: OwnFactor) => string]>;

export type Way = keyof typeof WAYS;

/** What there is to confirm with, by kind. */
export type Ways = Map<Way, OwnFactor>;

/** The customer's own ways to confirm, one of each kind, the easiest first. */
export function waysOf(factors: OwnFactor[]): Ways {
  const ways: Ways = new Map();
  for (const way of Object.keys(WAYS) as Way[]) {
    const factor = factors.find(({ verificationMethod }) => verificationMethod === way);
    if (factor && factor.recoveryCodesLeft !== 0) ways.set(way, factor);
  }
  return ways;
}

/** Which of them to use: asked only when there are several. */
export function chooseWay(ways: Ways): Promise<Way> {
  const [first = "PASSKEY"] = ways.keys();
  if (ways.size < 2) return Promise.resolve(first);
  return ask<Way>({
    title: "Confirm that it is you",
    body: ({ answer }) =>
      [...ways].map(([way, factor]) => {
        const [label, hint] = WAYS[way];
        return h(
          "button",
          { type: "button", class: "choice", click: () => answer(way) },
          h("b", {}, label),
          h("span", {}, hint(factor)),
        );
      }),
  });
}
