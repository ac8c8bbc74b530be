import { Authenticator, SECURITY_KEY } from "../support/authenticator.js";
import { expect, test } from "./test.js";

test("enroll and verify with a plain key", async ({ page, application, sdk }) => {
  await Authenticator.add(page, SECURITY_KEY);
  await sdk("setToken", (await application.track("ada", "enrol-key")).token);
  const enrolled = await sdk("securityKey.enroll", { hints: ["security-key"] });
  expect(enrolled.data.token).toEqual(expect.any(String));
  expect(await application.validate(enrolled.data.token)).toMatchObject({
    isValid: true,
    verificationMethod: "SECURITY_KEY",
  });

  const tracked = await application.track("ada", "withdraw");
  expect(tracked.state).toBe("CHALLENGE_REQUIRED");
  await sdk("setToken", tracked.token);
  const verified = await sdk("securityKey.verify");
  expect(verified.data).toMatchObject({ isVerified: true, token: expect.any(String) });
  expect(await application.validate(verified.data.token)).toMatchObject({ isValid: true, action: "withdraw" });
});

test("the same key is not enrolled twice", async ({ page, application, sdk }) => {
  await Authenticator.add(page, SECURITY_KEY);
  await sdk("setToken", (await application.track("ada", "enrol-key")).token);
  await sdk("securityKey.enroll");
  await sdk("setToken", (await application.track("ada", "again", { scope: "add:authenticators" })).token);
  expect((await sdk("securityKey.enroll")).thrown).toMatchObject({ code: "ERROR_AUTHENTICATOR_PREVIOUSLY_REGISTERED" });
});

test("a key of one user does not answer for another", async ({ page, application, sdk }) => {
  const ada = await Authenticator.add(page, SECURITY_KEY);
  await sdk("setToken", (await application.track("ada", "enrol-key")).token);
  await sdk("securityKey.enroll");
  await ada.remove();

  await Authenticator.add(page, SECURITY_KEY);
  await sdk("setToken", (await application.track("grace", "enrol-key")).token);
  await sdk("securityKey.enroll");

  await sdk("setToken", (await application.track("ada", "withdraw")).token);
  expect((await sdk("securityKey.verify")).thrown).toBeDefined();
});

test("without a token the SDK says so", async ({ page, sdk }) => {
  await Authenticator.add(page, SECURITY_KEY);
  expect(await sdk("securityKey.verify")).toMatchObject({ errorCode: "token_not_set" });
});

test("a security key does not answer a passkey challenge", async ({ page, application, sdk }) => {
  await Authenticator.add(page, {
    ...SECURITY_KEY,
    hasResidentKey: true,
    hasUserVerification: true,
    isUserVerified: true,
  });
  await sdk("setToken", (await application.track("ada", "enrol-key")).token);
  await sdk("securityKey.enroll");
  const outcome = await sdk("passkey.signIn", { token: (await application.track("ada", "withdraw")).token });
  expect(outcome.thrown ?? outcome.errorCode).toBeDefined();
  expect(outcome.data).toBeUndefined();
});
