import { newestCode, wrong } from "../support/inbox.js";
import { expect, test } from "./test.js";

const ADDRESS = "ada@example.com";

test("enroll and verify with a code by e-mail", async ({ application, sdk }) => {
  const { server } = application;
  await sdk("setToken", (await application.track("ada", "enrol-email")).token);
  const begun = await sdk("email.enroll", { email: ADDRESS });
  expect(begun.data).toMatchObject({ userAuthenticatorId: expect.any(String) });
  const enrolled = await sdk("email.verify", { code: await newestCode(server, ADDRESS) });
  expect(enrolled.data).toMatchObject({
    isVerified: true,
    token: expect.any(String),
    userAuthenticator: { userAuthenticatorId: begun.data.userAuthenticatorId, verificationMethod: "EMAIL_OTP" },
  });
  expect(await application.validate(enrolled.data.token)).toMatchObject({
    isValid: true,
    verificationMethod: "EMAIL_OTP",
  });

  const tracked = await application.track("ada", "withdraw");
  expect(tracked.state).toBe("CHALLENGE_REQUIRED");
  await sdk("setToken", tracked.token);
  expect((await sdk("email.challenge")).data).toEqual({ challengeId: expect.any(String) });
  const first = await newestCode(server, ADDRESS);
  expect((await sdk("email.verify", { code: wrong(first) })).data).toEqual({
    isVerified: false,
    failureReason: "CODE_INVALID_OR_EXPIRED",
  });
  await sdk("email.challenge");
  const verified = await sdk("email.verify", { code: await newestCode(server, ADDRESS) });
  expect(verified.data).toMatchObject({ isVerified: true, token: expect.any(String) });
  expect(await application.validate(verified.data.token)).toMatchObject({ isValid: true, action: "withdraw" });
});

test("a code that is wrong too often is told so", async ({ application, sdk }) => {
  const address = "grace@example.com";
  await sdk("setToken", (await application.track("grace", "enrol-email")).token);
  await sdk("email.enroll", { email: address });
  const code = await newestCode(application.server, address);
  for (let n = 0; n < 4; n += 1) await sdk("email.verify", { code: wrong(code) });
  const last = { isVerified: false, failureReason: "MAX_ATTEMPTS_EXCEEDED" };
  expect((await sdk("email.verify", { code: wrong(code) })).data).toEqual(last);
  expect((await sdk("email.verify", { code })).data).toEqual(last);
});

test("a code that was used, one that is too old, and one without a factor are told so", async ({
  application,
  sdk,
}) => {
  const { server } = application;
  const over = { isVerified: false, failureReason: "CODE_INVALID_OR_EXPIRED" };
  await application.settings({ tokenMinutes: 30 });
  await sdk("setToken", (await application.track("mary", "enrol-email")).token);
  expect(await sdk("email.challenge")).toMatchObject({ errorDescription: expect.stringContaining("Enrol one first") });
  expect((await sdk("email.verify", { code: "123456" })).data).toEqual(over);
  await sdk("email.enroll", { email: ADDRESS });
  const late = await newestCode(server, ADDRESS);
  await server.advance(601);
  expect((await sdk("email.verify", { code: late })).data).toEqual(over);
  await sdk("email.enroll", { email: ADDRESS });
  const code = await newestCode(server, ADDRESS);
  expect((await sdk("email.verify", { code })).data).toMatchObject({ isVerified: true });
  expect((await sdk("email.verify", { code })).data).toEqual(over);
});

test("an address that is none is refused with words", async ({ application, sdk }) => {
  await sdk("setToken", (await application.track("eve", "enrol-email")).token);
  expect(await sdk("email.enroll", { email: "nobody" })).toMatchObject({
    errorCode: "invalid_request",
    errorDescription: expect.stringContaining("e-mail address"),
  });
});
