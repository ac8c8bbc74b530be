import { AuthenticatorApp } from "../support/authenticator-app.js";
import { wrong } from "../support/inbox.js";
import type { Application } from "./application.js";
import { expect, test, type Sdk } from "./test.js";

const WRONG = { isVerified: false, failureReason: "CODE_INVALID_OR_EXPIRED" };
const OVER = { isVerified: false, failureReason: "MAX_ATTEMPTS_EXCEEDED" };

async function enrol(application: Application, sdk: Sdk): Promise<AuthenticatorApp> {
  await sdk("setToken", (await application.track("ada", "sign-up")).token);
  const app = new AuthenticatorApp(application.server, (await sdk("totp.enroll")).data.secret);
  expect((await sdk("totp.verify", { code: await app.code() })).data).toMatchObject({ isVerified: true });
  return app;
}

test("totp.enroll and verify, then a later action with the next code", async ({ page, application, sdk }) => {
  await sdk("setToken", (await application.track("ada", "sign-up")).token);
  const begun = (await sdk("totp.enroll")).data;
  expect(begun).toEqual({
    uri: expect.stringContaining(`secret=${begun.secret}`),
    secret: expect.stringMatching(/^[A-Z2-7]{32}$/),
    qrCode: expect.stringMatching(/^data:image\/svg\+xml;base64,/),
    userAuthenticatorId: expect.any(String),
    userId: "ada",
  });
  expect(begun.uri).toMatch(/^otpauth:\/\/totp\/An%20application:/);
  const width = await page.evaluate(async (source) => {
    const image = Object.assign(new Image(), { src: source });
    await image.decode();
    return image.naturalWidth;
  }, begun.qrCode);
  expect(width, "the browser draws the QR code").toBeGreaterThan(0);

  const app = new AuthenticatorApp(application.server, begun.secret);
  const first = await app.code();
  expect((await sdk("totp.verify", { code: wrong(first) })).data).toEqual(WRONG);
  const enrolled = (await sdk("totp.verify", { code: first })).data;
  expect(enrolled).toMatchObject({
    isVerified: true,
    userAuthenticator: {
      userAuthenticatorId: begun.userAuthenticatorId,
      verificationMethod: "AUTHENTICATOR_APP",
    },
  });
  expect(await application.validate(enrolled.token)).toMatchObject({
    isValid: true,
    verificationMethod: "AUTHENTICATOR_APP",
  });

  await sdk("setToken", (await application.track("ada", "withdraw")).token);
  expect((await sdk("totp.verify", { code: first })).data, "a used code").toEqual(WRONG);
  const next = await app.nextCode();
  const proved = (await sdk("totp.verify", { code: next })).data;
  expect(proved).toMatchObject({ isVerified: true, token: expect.any(String) });
  expect(await application.validate(proved.token)).toMatchObject({ isValid: true, action: "withdraw" });
  await sdk("setToken", (await application.track("ada", "transfer")).token);
  expect((await sdk("totp.verify", { code: next })).data, "nor for another action").toEqual(WRONG);
});

test("totp: codes that are wrong too often are told so, and so is the right one after them", async ({
  application,
  sdk,
}) => {
  const app = await enrol(application, sdk);
  await sdk("setToken", (await application.track("ada", "withdraw")).token);
  const code = await app.nextCode();
  for (let n = 0; n < 4; n += 1) expect((await sdk("totp.verify", { code: wrong(code) })).data).toEqual(WRONG);
  expect((await sdk("totp.verify", { code: wrong(code) })).data).toEqual(OVER);
  expect((await sdk("totp.verify", { code })).data).toEqual(OVER);
});

test("totp: an old code is over, and so is an enrolment that nobody finished", async ({ application, sdk }) => {
  await application.settings({ tokenMinutes: 30 });
  await sdk("setToken", (await application.track("ada", "sign-up")).token);
  const app = new AuthenticatorApp(application.server, (await sdk("totp.enroll")).data.secret);
  const old = await app.code();
  await application.server.advance(90);
  expect((await sdk("totp.verify", { code: old })).data).toEqual(WRONG);
  await application.server.advance(600);
  expect((await sdk("totp.verify", { code: await app.code() })).data).toEqual(WRONG);
  const again = new AuthenticatorApp(application.server, (await sdk("totp.enroll")).data.secret);
  expect((await sdk("totp.verify", { code: await app.code() })).data, "of the secret before").toEqual(WRONG);
  expect((await sdk("totp.verify", { code: await again.code() })).data).toMatchObject({ isVerified: true });
});

test("totp: without an app there is no right code, and with one no second", async ({ application, sdk }) => {
  await sdk("setToken", (await application.track("eve", "sign-up")).token);
  expect((await sdk("totp.verify", { code: "123456" })).data).toEqual(WRONG);
  await enrol(application, sdk);
  expect(await sdk("totp.enroll")).toMatchObject({
    errorCode: "invalid_request",
    errorDescription: expect.stringContaining("already"),
  });
});
