import { SmsChannel, UserActionState, VerificationMethod } from "@authsignal/node";
import type { Application } from "../browser-sdk/application.js";
import { wrong } from "../support/inbox.js";
import { expect, test as base } from "./test.js";

const PHONE = "+64210000789";

/** An application whose users have phones in New Zealand. */
const test = base.extend<{ application: Application }>({
  application: async ({ application }, use) => {
    await application.settings({ sms: { countries: ["NZ"] } });
    await use(application);
  },
});

for (const [method, smsChannel] of [
  [VerificationMethod.SMS, SmsChannel.DEFAULT],
  [VerificationMethod.WHATSAPP, SmsChannel.WHATSAPP],
] as const) {
  test(`a code by ${method} is sent, verified and claimed`, async ({ node, application }) => {
    const asked = await node.challenge({ verificationMethod: method, action: "sign-up", phoneNumber: PHONE });
    const { challengeId } = asked;
    expect(await node.getChallenge({ challengeId })).toEqual({
      challengeId,
      expiresAt: asked.expiresAt,
      verificationMethod: method,
      smsChannel,
      phoneNumber: PHONE,
      action: "sign-up",
    });
    const code = await application.codeFor(PHONE);
    expect(await node.verify({ challengeId, verificationCode: wrong(code) })).toEqual({
      isVerified: false,
      failureReason: "CODE_INVALID_OR_EXPIRED",
    });
    const verified = { isVerified: true, phoneNumber: PHONE, verificationMethod: method };
    expect(await node.verify({ challengeId, verificationCode: code })).toEqual(verified);
    const { token, verificationMethod } = await node.claimChallenge({ challengeId, userId: "ada" });
    expect(verificationMethod).toBe(method);
    expect(await node.validateChallenge({ token, userId: "ada", action: "sign-up" })).toMatchObject({
      isValid: true,
      state: UserActionState.CHALLENGE_SUCCEEDED,
      idempotencyKey: asked.idempotencyKey,
      verificationMethod: method,
    });
    expect(await node.getAuthenticators({ userId: "ada" })).toMatchObject([
      { verificationMethod: VerificationMethod.SMS, phoneNumber: PHONE, previousSmsChannel: smsChannel },
    ]);
  });
}

test("a code of the method SMS can travel by WhatsApp", async ({ node, application }) => {
  const asked = await node.challenge({ phoneNumber: PHONE, smsChannel: SmsChannel.WHATSAPP });
  const { challengeId } = asked;
  expect(await node.getChallenge({ challengeId })).toMatchObject({
    verificationMethod: VerificationMethod.SMS,
    smsChannel: SmsChannel.WHATSAPP,
  });
  const verificationCode = await application.codeFor(PHONE);
  expect(await node.verify({ challengeId, verificationCode })).toMatchObject({
    isVerified: true,
    verificationMethod: VerificationMethod.SMS,
  });
});

test("a number of a country that is not listed is refused", async ({ node }) => {
  await expect(node.challenge({ phoneNumber: "+491511234567" })).rejects.toMatchObject({
    statusCode: 400,
    errorCode: "invalid_request",
  });
});
