import { SECURITY_KEY } from "../support/authenticator.js";
import { inbox, newestCode, wrong } from "../support/inbox.js";
import { expect, test } from "../support/test.js";
import { Customer, withoutAutofill } from "./shop.js";

test("adds a security key after proving the passkey", async ({ page, server }) => {
  const ada = new Customer(page, server);
  await ada.own();
  await ada.signUp();
  await ada.add(await ada.own(SECURITY_KEY), "Add a security key");

  await expect(ada.factors.filter({ hasText: "Security key" })).toHaveCount(1);
  await expect(ada.notice).toContainText("The security key is ready");
  await expect(ada.story).toContainText("actions/add-authenticator");
  await expect(ada.story).toContainText("state: CHALLENGE_SUCCEEDED");
});

test("adds a second passkey from another device", async ({ page, server }) => {
  const ada = new Customer(page, server);
  await ada.own();
  await ada.signUp();
  const key = await ada.own({ transport: "usb", defaultBackupEligibility: false, defaultBackupState: false });
  await ada.add(key, "Add a passkey");
  await expect(ada.factors.filter({ hasText: "Not backed up" })).toHaveCount(1);
});

test("the same device is not added twice", async ({ page, server }) => {
  const ada = new Customer(page, server);
  await ada.own();
  await ada.signUp();
  await page.getByRole("button", { name: "Add a passkey" }).click();
  await expect(ada.notice).toContainText("already on your account");
  await expect(ada.factors).toHaveCount(1);
});

test("a removed key no longer opens the account", async ({ page, server }) => {
  await withoutAutofill(page);
  const ada = new Customer(page, server);
  const phone = await ada.own();
  await ada.signUp();
  const key = await ada.own(SECURITY_KEY);
  await ada.add(key, "Add a security key");

  await ada.factors
    .filter({ hasText: "Passkey" })
    .getByRole("button", { name: /^Remove/ })
    .click();
  await page.getByRole("button", { name: "Use a security key" }).click();
  await expect(ada.factors).toHaveCount(1);
  await ada.signOut();

  await ada.lose(key);
  await ada.reachFor(phone);
  expect(await phone.credentialIds()).toHaveLength(1);
  await ada.open("sign-in");
  await page.getByRole("button", { name: "Sign in with a passkey" }).click();
  await expect(ada.notice).toContainText("not known here any more");
});

test("the only way in cannot be removed", async ({ page, server }) => {
  const ada = new Customer(page, server);
  await ada.own();
  await ada.signUp();
  await ada.factors.getByRole("button", { name: /^Remove/ }).click();
  await expect(ada.notice).toContainText("Add another one first");
  await expect(ada.factors).toHaveCount(1);
});

test("closing the question which factor to use changes nothing", async ({ page, server }) => {
  const ada = new Customer(page, server);
  await ada.own();
  await ada.signUp();
  await ada.add(await ada.own(SECURITY_KEY), "Add a security key");

  await page.getByRole("button", { name: "Add a passkey" }).click();
  await expect(page.getByRole("dialog")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(ada.notice).toContainText("Nothing was changed");
  await expect(ada.factors).toHaveCount(2);
});

test("adds codes by e-mail and signs in with one when the device is gone", async ({ page, server }) => {
  await withoutAutofill(page);
  const ada = new Customer(page, server);
  const phone = await ada.own();
  await ada.signUp();
  await ada.addEmail();
  await expect(ada.factors.filter({ hasText: ada.email })).toHaveCount(1);
  await ada.signOut();
  await ada.lose(phone);

  await ada.open("sign-in");
  await page.getByLabel("E-mail address").fill(ada.email);
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("button", { name: "Get a code by e-mail" }).click();
  await ada.enterCode();
  await expect(page.getByRole("heading", { name: ada.name })).toBeVisible();
  await expect(ada.story).toContainText("verificationMethod: EMAIL_OTP");
});

test("a wrong code can be typed again, and another one asked for", async ({ page, server }) => {
  const ada = new Customer(page, server);
  await ada.own();
  await ada.signUp();
  await page.getByRole("button", { name: "Add codes by e-mail" }).click();
  await expect(page.getByLabel("Code", { exact: true })).toBeVisible();
  await page.getByLabel("Code", { exact: true }).fill(wrong(await newestCode(server, ada.email)));
  await page.getByRole("button", { name: "Confirm", exact: true }).click();
  await expect(page.getByRole("alert")).toContainText("not the code");
  await expect(page.getByLabel("Code", { exact: true })).toBeFocused();
  const sent = (await inbox(server, ada.email)).length;
  await page.getByRole("button", { name: "Send another code" }).click();
  await expect.poll(async () => (await inbox(server, ada.email)).length).toBe(sent + 1);
  await ada.enterCode();
  await expect(ada.notice).toContainText("a code by e-mail opens your account");
});
