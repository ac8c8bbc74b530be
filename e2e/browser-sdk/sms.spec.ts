import { inbox, newestCode, wrong } from "../support/inbox.js";
import type { Application } from "./application.js";
import { expect, test as base, type Sdk } from "./test.js";

const PHONE = "+64210000789";
const WRONG = { isVerified: false, failureReason: "CODE_INVALID_OR_EXPIRED" };
const OVER = { isVerified: false, failureReason: "MAX_ATTEMPTS_EXCEEDED" };

/** An application that sends codes to New Zealand. */
const test = base.extend<{ application: Application }>({
  application: async ({ application }, use) => {
    await application.settings({ sms: { countries: ["NZ"] }, tokenMinutes: 30 });
    await use(application);
  },
});

async function enrol(application: Application, sdk: Sdk): Promise<void> {
  await sdk("setToken", (await application.track("ada", "sign-up")).token);
  await sdk("sms.enroll", { phoneNumber: PHONE });
  const { data } = await sdk("sms.verify", { code: await newestCode(application.server, PHONE) });
  expect(data).toMatchObject({ isVerified: true });
}

test("sms.enroll, challenge and verify", async ({ application, sdk }) => {
  const { server } = application;
  await sdk("setToken", (await application.track("ada", "sign-up")).token);
  const begun = await sdk("sms.enroll", { phoneNumber: PHONE });
  expect(begun.data).toEqual({ userAuthenticatorId: expect.any(String), userId: "ada" });
  const [sent] = await inbox(server, PHONE);
  expect(sent).toMatchObject({ channel: "sms", text: expect.stringContaining("An application") });
  const enrolled = await sdk("sms.verify", { code: sent?.code });
  expect(enrolled.data).toMatchObject({
    isVerified: true,
    userAuthenticator: {
      userAuthenticatorId: begun.data.userAuthenticatorId,
      verificationMethod: "SMS",
      phoneNumber: expect.not.stringContaining("0000"),
    },
  });
  expect(await application.validate(enrolled.data.token)).toMatchObject({ isValid: true, verificationMethod: "SMS" });

  await sdk("setToken", (await application.track("ada", "withdraw")).token);
  expect((await sdk("sms.challenge")).data).toEqual({ challengeId: expect.any(String) });
  const code = await newestCode(server, PHONE);
  expect((await sdk("sms.verify", { code: wrong(code) })).data).toEqual(WRONG);
  const proved = await sdk("sms.verify", { code });
  expect(proved.data).toMatchObject({ isVerified: true, token: expect.any(String) });
  expect(await application.validate(proved.data.token)).toMatchObject({ isValid: true, action: "withdraw" });
  expect((await sdk("sms.verify", { code })).data, "a used code").toEqual(WRONG);
});

test("whatsapp.challenge and verify, with the phone that was enrolled for SMS", async ({ application, sdk }) => {
  await enrol(application, sdk);
  await sdk("setToken", (await application.track("ada", "transfer")).token);
  expect((await sdk("whatsapp.challenge")).data).toEqual({ challengeId: expect.any(String) });
  const [sent] = await inbox(application.server, PHONE);
  expect(sent).toMatchObject({ channel: "whatsapp" });
  const code = sent?.code ?? "";
  expect((await sdk("whatsapp.verify", { code: wrong(code) })).data).toEqual(WRONG);
  const proved = await sdk("whatsapp.verify", { code });
  expect(proved.data).toMatchObject({ isVerified: true, token: expect.any(String) });
  expect(await application.validate(proved.data.token)).toMatchObject({
    isValid: true,
    verificationMethod: "WHATSAPP",
  });
  expect((await sdk("whatsapp.verify", { code })).data, "a used code").toEqual(WRONG);
});

for (const group of ["sms", "whatsapp"]) {
  test(`${group}: a code that is wrong too often is told so, and so is the right one after it`, async ({
    application,
    sdk,
  }) => {
    await enrol(application, sdk);
    await sdk("setToken", (await application.track("ada", "withdraw")).token);
    await sdk(`${group}.challenge`);
    const code = await newestCode(application.server, PHONE);
    for (let n = 0; n < 4; n += 1) expect((await sdk(`${group}.verify`, { code: wrong(code) })).data).toEqual(WRONG);
    expect((await sdk(`${group}.verify`, { code: wrong(code) })).data).toEqual(OVER);
    expect((await sdk(`${group}.verify`, { code })).data).toEqual(OVER);
  });

  test(`${group}: a code is over after ten minutes, and another one can be asked for`, async ({ application, sdk }) => {
    await enrol(application, sdk);
    await sdk("setToken", (await application.track("ada", "withdraw")).token);
    await sdk(`${group}.challenge`);
    const late = await newestCode(application.server, PHONE);
    await application.server.advance(601);
    expect((await sdk(`${group}.verify`, { code: late })).data).toEqual(WRONG);
    await sdk(`${group}.challenge`);
    const fresh = await newestCode(application.server, PHONE);
    expect((await sdk(`${group}.verify`, { code: fresh })).data).toMatchObject({ isVerified: true });
  });

  test(`${group}: without a phone the SDK is told what to do`, async ({ application, sdk }) => {
    await sdk("setToken", (await application.track("ada", "sign-up")).token);
    expect(await sdk(`${group}.challenge`)).toMatchObject({
      errorCode: "invalid_request",
      errorDescription: "The user has no phone for codes. Enrol one first.",
    });
    expect((await sdk(`${group}.verify`, { code: "123456" })).data).toEqual(WRONG);
  });
}

test("a number that is none, or of a country that is not listed, gets nothing", async ({ application, sdk }) => {
  await sdk("setToken", (await application.track("ada", "sign-up")).token);
  for (const phoneNumber of ["0210000789", "+64", "+447700900123", "ada"]) {
    expect(await sdk("sms.enroll", { phoneNumber }), phoneNumber).toMatchObject({ errorCode: "invalid_request" });
    expect(await inbox(application.server, phoneNumber)).toEqual([]);
  }
});
