import { UserActionState, VerificationMethod } from "@authsignal/node";
import { AuthenticatorApp } from "../support/authenticator-app.js";
import { inbox } from "../support/inbox.js";
import { expect, test } from "./test.js";

const EMAIL = "ada@example.com";
const PHONE = "+64210000789";
const SEED = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
const OTP_URI = `otpauth://totp/Old%20shop:ada?secret=${SEED}&issuer=Old%20shop`;

test.beforeEach(({ application }) => application.settings({ sms: { countries: ["NZ"] } }));

test("a phone that the backend has verified gets codes", async ({ node, application, sdk }) => {
  const attributes = { verificationMethod: VerificationMethod.SMS, phoneNumber: PHONE };
  const made = await node.enrollVerifiedAuthenticator({ userId: "ada", attributes });
  expect(made.authenticator).toMatchObject({ userId: "ada", phoneNumber: PHONE });
  expect(made.recoveryCodes).toHaveLength(10);
  const { token } = await node.track({ userId: "ada", action: "pay" });
  await sdk("setToken", token);
  await sdk("sms.challenge");
  const { data } = await sdk("sms.verify", { code: await application.codeFor(PHONE) });
  expect(await node.validateChallenge({ token: data.token, userId: "ada" })).toMatchObject({
    isValid: true,
    state: UserActionState.CHALLENGE_SUCCEEDED,
    verificationMethod: VerificationMethod.SMS,
  });
});

test("an address that the backend has verified gets links", async ({ node, application, sdk }) => {
  const attributes = { verificationMethod: VerificationMethod.EMAIL_MAGIC_LINK, email: EMAIL };
  const { authenticator } = await node.enrollVerifiedAuthenticator({ userId: "ada", attributes });
  expect(authenticator).toMatchObject({ email: EMAIL, verificationMethod: VerificationMethod.EMAIL_MAGIC_LINK });
  await sdk("setToken", (await node.track({ userId: "ada", action: "pay" })).token);
  expect((await sdk("emailML.challenge")).data).toMatchObject({ challengeId: expect.any(String) });
  const [mail] = await inbox(application.server, EMAIL);
  expect(mail?.link).toContain("/ui/magic-link?token=");
});

test("an app of another server goes on showing codes", async ({ node, application, sdk }) => {
  // The SDK's types do not name otpUri; it sends whatever it is given.
  const attributes = { verificationMethod: VerificationMethod.AUTHENTICATOR_APP, otpUri: OTP_URI };
  const { authenticator } = await node.enrollVerifiedAuthenticator({ userId: "ada", attributes });
  expect(authenticator).toMatchObject({ verificationMethod: VerificationMethod.AUTHENTICATOR_APP });
  const { token } = await node.track({ userId: "ada", action: "pay" });
  await sdk("setToken", token);
  const { data } = await sdk("totp.verify", { code: await new AuthenticatorApp(application.server, SEED).code() });
  expect(data).toMatchObject({ isVerified: true });
  expect(await node.validateChallenge({ token: data.token })).toMatchObject({ isValid: true });
});

test("an app whose codes would not be checked is refused", async ({ node }) => {
  for (const otpUri of [`${OTP_URI}&digits=8`, `${OTP_URI}&period=60`, "otpauth://totp/ada?secret=GEZDGNBV"]) {
    const attributes = { verificationMethod: VerificationMethod.AUTHENTICATOR_APP, otpUri };
    await expect(node.enrollVerifiedAuthenticator({ userId: "ada", attributes })).rejects.toMatchObject({
      statusCode: 400,
      errorCode: "invalid_request",
    });
  }
});

test("recovery codes come with the first authenticator alone", async ({ node }) => {
  const attributes = { verificationMethod: VerificationMethod.EMAIL_OTP, email: EMAIL };
  expect((await node.enrollVerifiedAuthenticator({ userId: "ada", attributes })).recoveryCodes).toHaveLength(10);
  const phone = { verificationMethod: VerificationMethod.SMS, phoneNumber: PHONE };
  const further = await node.enrollVerifiedAuthenticator({ userId: "ada", attributes: phone });
  expect(further.recoveryCodes).toEqual([]);
});
