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

test("a security key does not answer for a passkey", async ({ page, application, sdk }) => {
  await Authenticator.add(page, SECURITY_KEY);
  await sdk("setToken", (await application.track("ada", "enrol-key")).token);
  await sdk("securityKey.enroll");
  const { token } = await application.track("ada", "withdraw");

  // The right answer of the right key, sent to the wrong door.
  const answers: unknown[] = [];
  await page.route("**/verify/security-key", async (route) => {
    answers.push(route.request().postDataJSON());
    await route.abort();
  });
  await sdk("setToken", token);
  await sdk("securityKey.verify");
  expect(answers).toHaveLength(1);
  const refused = await fetch(`${application.server.apiUrl}/client/verify/passkey`, {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: `Bearer ${token}` },
    body: JSON.stringify({ authenticationCredential: answers[0] }),
  });
  expect(refused.status).toBe(400);
  expect(await refused.json()).toMatchObject({ errorCode: expect.any(String) });
  expect(await application.validate(token)).toMatchObject({ isValid: false, state: "CHALLENGE_REQUIRED" });
});
