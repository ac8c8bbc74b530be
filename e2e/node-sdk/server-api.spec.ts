import { Authsignal, UserActionState, VerificationMethod } from "@authsignal/node";
import { Authenticator } from "../support/authenticator.js";
import { expect, test } from "./test.js";

test("track, challenge, validate", async ({ page, node, sdk }) => {
  await Authenticator.add(page);
  const first = await node.track({ userId: "ada", action: "sign-up", attributes: { username: "ada@example.com" } });
  expect(first).toMatchObject({ state: UserActionState.ALLOW, isEnrolled: false, idempotencyKey: expect.any(String) });
  expect(first.url).toContain(`token=${first.token}`);
  await sdk("passkey.signUp", { token: first.token });

  const second = await node.track({ userId: "ada", action: "withdraw" });
  expect(second).toMatchObject({
    state: UserActionState.CHALLENGE_REQUIRED,
    isEnrolled: true,
    enrolledVerificationMethods: [VerificationMethod.PASSKEY],
  });
  expect(await node.validateChallenge({ token: second.token })).toMatchObject({
    isValid: false,
    state: UserActionState.CHALLENGE_REQUIRED,
  });

  const { data } = await sdk("passkey.signIn", { token: second.token });
  expect(await node.validateChallenge({ token: data.token, userId: "ada", action: "withdraw" })).toMatchObject({
    isValid: true,
    state: UserActionState.CHALLENGE_SUCCEEDED,
    userId: "ada",
    action: "withdraw",
    idempotencyKey: second.idempotencyKey,
    verificationMethod: VerificationMethod.PASSKEY,
  });
});

test("the same idempotency key is the same action", async ({ node }) => {
  const attributes = { idempotencyKey: "order-1" };
  const first = await node.track({ userId: "ada", action: "pay", attributes });
  const again = await node.track({ userId: "ada", action: "pay", attributes });
  expect(again.idempotencyKey).toBe("order-1");
  expect(first.idempotencyKey).toBe("order-1");
  expect(await node.queryUserActions({ userId: "ada" })).toHaveLength(1);
});

test("users and their authenticators", async ({ page, node, sdk }) => {
  expect(await node.getUser({ userId: "nobody" })).toMatchObject({ isEnrolled: false });
  expect(await node.getAuthenticators({ userId: "nobody" })).toEqual([]);

  await Authenticator.add(page);
  const attributes = { username: "ada@example.com", email: "ada@example.com" };
  const { token } = await node.track({ userId: "ada", action: "sign-up", attributes });
  await sdk("passkey.signUp", { token });
  expect(await node.getUser({ userId: "ada" })).toMatchObject({
    isEnrolled: true,
    email: "ada@example.com",
    username: "ada@example.com",
    enrolledVerificationMethods: [VerificationMethod.PASSKEY],
  });

  const [passkey] = await node.getAuthenticators({ userId: "ada" });
  expect(passkey).toMatchObject({
    userId: "ada",
    verificationMethod: VerificationMethod.PASSKEY,
    webauthnCredential: { credentialBackedUp: true, credentialDeviceType: "multiDevice" },
  });
  expect(Number.isNaN(Date.parse(passkey!.createdAt))).toBe(false);

  await node.deleteAuthenticator({ userId: "ada", userAuthenticatorId: passkey!.userAuthenticatorId });
  expect(await node.getAuthenticators({ userId: "ada" })).toEqual([]);
  expect(await node.getUser({ userId: "ada" })).toMatchObject({ isEnrolled: false });
});

test("actions can be read, listed and changed", async ({ page, node, sdk }) => {
  await Authenticator.add(page);
  await sdk("passkey.signUp", { token: (await node.track({ userId: "ada", action: "sign-up" })).token });
  const { token, idempotencyKey } = await node.track({ userId: "ada", action: "withdraw" });
  const which = { userId: "ada", action: "withdraw", idempotencyKey };
  expect(await node.getAction(which)).toMatchObject({ state: UserActionState.CHALLENGE_REQUIRED });

  const listed = await node.queryUserActions({ userId: "ada", actionCodes: ["withdraw"] });
  expect(listed).toMatchObject([{ actionCode: "withdraw", idempotencyKey, state: "CHALLENGE_REQUIRED" }]);
  expect(await node.queryUserActions({ userId: "ada", actionCodes: ["other"] })).toEqual([]);

  await node.updateAction({ ...which, attributes: { state: UserActionState.CHALLENGE_SUCCEEDED } });
  expect(await node.getAction(which)).toMatchObject({ state: UserActionState.CHALLENGE_SUCCEEDED });
  expect(await node.validateChallenge({ token })).toMatchObject({ isValid: true });
});

test("a code for somebody unknown is sent, verified and claimed", async ({ node, application }) => {
  const email = "ada@example.com";
  const asked = await node.challenge({ verificationMethod: "EMAIL_OTP", action: "sign-up", email });
  expect(asked).toMatchObject({ challengeId: expect.any(String), idempotencyKey: expect.any(String) });
  expect(asked.expiresAt * 1000).toBeGreaterThan(Date.now());
  const { challengeId } = asked;
  expect(await node.getChallenge({ challengeId })).toMatchObject({ challengeId, email, action: "sign-up" });
  await expect(node.claimChallenge({ challengeId, userId: "ada" })).rejects.toMatchObject({ statusCode: 400 });

  const code = await application.codeFor(email);
  const wrong = String((Number(code) + 1) % 1_000_000).padStart(6, "0");
  expect(await node.verify({ challengeId, verificationCode: wrong })).toMatchObject({
    isVerified: false,
    failureReason: "CODE_INVALID_OR_EXPIRED",
  });
  expect(await node.verify({ challengeId, verificationCode: code })).toMatchObject({
    isVerified: true,
    email,
    verificationMethod: VerificationMethod.EMAIL_OTP,
  });
  const { token, verificationMethod } = await node.claimChallenge({ challengeId, userId: "ada" });
  expect(verificationMethod).toBe(VerificationMethod.EMAIL_OTP);
  expect(await node.validateChallenge({ token, userId: "ada", action: "sign-up" })).toMatchObject({
    isValid: true,
    state: UserActionState.CHALLENGE_SUCCEEDED,
    idempotencyKey: asked.idempotencyKey,
  });
  expect(await node.getChallenge({ challengeId })).toEqual({});
  await expect(node.claimChallenge({ challengeId, userId: "ada" })).rejects.toMatchObject({ statusCode: 400 });
});

test("an address that the backend has verified is an authenticator", async ({ node }) => {
  const attributes = { verificationMethod: VerificationMethod.EMAIL_OTP, email: "ada@example.com", isDefault: true };
  const { authenticator } = await node.enrollVerifiedAuthenticator({ userId: "ada", attributes });
  expect(authenticator).toMatchObject({ userId: "ada", email: "ada@example.com" });
  expect(await node.getAuthenticators({ userId: "ada" })).toMatchObject([
    { verificationMethod: VerificationMethod.EMAIL_OTP, email: "ada@example.com" },
    { verificationMethod: VerificationMethod.RECOVERY_CODE },
  ]);
  expect(await node.track({ userId: "ada", action: "pay" })).toMatchObject({
    state: UserActionState.CHALLENGE_REQUIRED,
    enrolledVerificationMethods: [VerificationMethod.EMAIL_OTP],
    defaultVerificationMethod: VerificationMethod.EMAIL_OTP,
  });
});

test("a wrong secret is told so, in the words the SDKs expect", async ({ application }) => {
  const stranger = new Authsignal({ apiSecretKey: "wrong", apiUrl: application.server.apiUrl });
  await expect(stranger.getUser({ userId: "ada" })).rejects.toMatchObject({
    statusCode: 401,
    errorCode: "unauthorized",
    errorDescription:
      "The request is unauthorized. Check that your API key and region base URL are correctly configured.",
  });
});

test("bad input is refused with a reason", async ({ node }) => {
  await expect(node.track({ userId: "ada", action: "not an action" })).rejects.toMatchObject({
    statusCode: 400,
    errorCode: "invalid_request",
    errorDescription: expect.any(String),
  });
  await expect(node.getAction({ userId: "ada", action: "pay", idempotencyKey: "none" })).rejects.toMatchObject({
    statusCode: 404,
    errorCode: "not_found",
  });
  expect(await node.validateChallenge({ token: "nonsense" })).toMatchObject({ isValid: false, error: "invalid_token" });
});

test("a token for one user or action does not pass for another", async ({ page, node, sdk }) => {
  await Authenticator.add(page);
  const { token } = await node.track({ userId: "ada", action: "sign-up" });
  await sdk("passkey.signUp", { token });
  for (const more of [{ userId: "grace" }, { action: "withdraw" }]) {
    expect(await node.validateChallenge({ token, ...more })).toMatchObject({ isValid: false, error: "token_mismatch" });
  }
});
