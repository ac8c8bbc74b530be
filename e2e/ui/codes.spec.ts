import { inbox, newestCode, wrong } from "../support/inbox.js";
import type { Application } from "../browser-sdk/application.js";
import { expect, test as base } from "../browser-sdk/test.js";
import { COUNTRIES, Person } from "./ways.js";

const PHONES: Record<string, string> = {
  NZ: "+64 21 000 0789",
  GB: "+44 (7700) 900123",
  DE: "+49 151 23456789",
  US: "+1 202-555-0125",
  FR: "+33 6 12 34 56 78",
  ES: "+34 612 345 678",
  JP: "+81-80-1234-5678",
  AE: "+971 50 123 4567",
};

/** An application that sends codes to eight countries, and a user of it in front of the UI. */
const test = base.extend<{ application: Application; ada: Person }>({
  application: async ({ application }, use) => {
    await application.settings({ sms: { countries: COUNTRIES }, tokenMinutes: 20 });
    await use(application);
  },
  ada: async ({ page, application }, use) => use(new Person(page, application, "ada")),
});

for (const country of COUNTRIES) {
  test(`a phone of ${country} is enrolled, and answers`, async ({ ada }) => {
    const typed = PHONES[country] ?? "";
    await ada.enrolPhone(typed);
    await ada.begin("withdraw");
    await ada.codeFrom(typed.replace(/[^+\d]/g, ""));
    await ada.cameBack({ isValid: true, action: "withdraw", verificationMethod: "SMS" });
  });
}

test("a number that is none, or of a country that is not listed, says what is wrong", async ({ page, ada }) => {
  await ada.begin("sign-up");
  await ada.choose("Code by SMS");
  for (const typed of ["021 000 0789", "", "+12"]) {
    await ada.give("Phone number", typed);
    await expect(page.getByRole("alert")).toHaveText(/begins with \+ and the country code/);
    await expect(page.getByLabel("Phone number")).toBeFocused();
  }
  await ada.give("Phone number", "+39 312 345 6789");
  await expect(page.getByRole("alert")).not.toBeEmpty();
  expect(await inbox(ada.application.server, "+393123456789")).toEqual([]);
});

test("by WhatsApp, to the phone that was enrolled for SMS: wrong, then right", async ({ page, ada }) => {
  await ada.enrolPhone("+64210000781");
  await ada.begin("transfer");
  await ada.otherWay("Code by WhatsApp");
  await expect(page.getByText("We sent a code to")).toBeVisible();
  const [sent] = await inbox(ada.application.server, "+64210000781");
  expect(sent?.channel).toBe("whatsapp");
  await ada.code(wrong(sent?.code ?? ""));
  await expect(page.getByRole("alert")).toHaveText(/This code is wrong/);
  await ada.code(sent?.code ?? "");
  await ada.cameBack({ isValid: true, verificationMethod: "WHATSAPP" });
});

test("an authenticator app: typed in, then a wrong code and the right one", async ({ page, ada }) => {
  const app = await ada.enrolApp();
  await ada.begin("withdraw");
  await expect(page.getByText("that your authenticator app shows")).toBeVisible();
  const code = await app.nextCode();
  await ada.code(wrong(code));
  await expect(page.getByRole("alert")).toHaveText(/This code is wrong/);
  await ada.code(code);
  await ada.cameBack({ isValid: true, verificationMethod: "AUTHENTICATOR_APP" });
});

test("a recovery code works once, also with spaces and capitals", async ({ page, ada }) => {
  const [first = ""] = await ada.enrolEmail("ada.recovers@example.com");
  const answer = async (code: string) => {
    await page.getByLabel("Recovery code").fill(code);
    await ada.choose("Continue");
  };
  await ada.begin("withdraw");
  await ada.otherWay("Recovery code");
  await answer("none-of-them");
  await expect(page.getByRole("alert")).toHaveText(/none of your unused recovery codes/);
  await answer(` ${first.toUpperCase()} `);
  await ada.cameBack({ isValid: true, verificationMethod: "RECOVERY_CODE" });

  await ada.begin("transfer");
  await ada.otherWay("Recovery code");
  await answer(first);
  await expect(page.getByRole("alert")).toHaveText(/none of your unused recovery codes/);
});

test("a reload, or a look at another way, sends no second code", async ({ page, ada }) => {
  const address = "ada.reloads@example.com";
  await ada.enrolEmail(address);
  const codes = async () => (await inbox(ada.application.server, address)).filter(({ code }) => code).length;
  const before = await codes();
  await ada.begin("withdraw");
  await expect(page.getByText("We sent a code to")).toBeVisible();
  const code = await newestCode(ada.application.server, address);
  await page.reload();
  await expect(page.getByText("We sent a code to")).toBeVisible();
  await expect(page.getByText(/\(in \d+ s\)/)).toBeVisible();
  await ada.otherWay("Recovery code");
  await page.reload();
  await expect(page.getByLabel("Recovery code")).toBeVisible();
  await ada.otherWay("Code by e-mail");
  await expect(page.getByText("We sent a code to")).toBeVisible();
  expect(await codes()).toBe(before + 1);
  await ada.code(code);
  await ada.cameBack({ isValid: true, verificationMethod: "EMAIL_OTP" });
});

test("a reload while an address is enrolled goes on with the code that was sent", async ({ page, ada }) => {
  const address = "ada.enrols@example.com";
  await ada.begin("sign-up");
  await ada.choose("Code by e-mail");
  await ada.give("E-mail address", address);
  await expect(page.getByText("We sent a code to")).toBeVisible();
  await page.reload();
  await ada.codeFrom(address);
  await ada.keepRecoveryCodes();
  await ada.cameBack({ isValid: true, verificationMethod: "EMAIL_OTP" });
  expect((await inbox(ada.application.server, address)).filter(({ code }) => code)).toHaveLength(1);
});

test("what took too long says so, and leads back, also after a reload", async ({ page, ada }) => {
  await ada.enrolEmail("ada.waits@example.com");
  await ada.begin("withdraw");
  const code = await newestCode(ada.application.server, "ada.waits@example.com");
  await expect(page.getByText("We sent a code to")).toBeVisible();
  await ada.application.server.advance(20 * 60 + 1);
  await ada.code(code);
  await expect(page.getByRole("heading", { name: "This took too long" })).toBeVisible();
  await page.reload();
  await expect(page.getByRole("heading", { name: "This took too long" })).toBeVisible();
  await ada.choose("Go back");
  await page.waitForURL(`${ada.back}?token=*`);
  const token = new URL(page.url()).searchParams.get("token") ?? "";
  expect(await ada.application.validate(token)).toMatchObject({ isValid: false });
});

test("what could not be sent says so, and can be tried again", async ({ page, ada }) => {
  const address = "ada.misses@example.com";
  await ada.enrolEmail(address);
  const refused = { status: 503, json: { error: "delivery_failed", errorCode: "delivery_failed" } };
  await page.route("**/challenge/email-otp", (route) => route.fulfill(refused));
  await ada.begin("withdraw");
  await expect(page.getByRole("alert")).toHaveText(/could not be sent/);
  await expect(page.getByLabel("6-digit code")).toHaveCount(0);
  await expect(page.getByText("Sending a code")).toHaveCount(0);
  await page.unroute("**/challenge/email-otp");
  await ada.choose("Try again");
  await ada.codeFrom(address);
  await ada.cameBack({ isValid: true });
});
