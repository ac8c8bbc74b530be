import { Authenticator } from "../support/authenticator.js";
import { newestLink } from "../support/inbox.js";
import { LinkPage } from "../support/link-page.js";
import { expect, test as base } from "../browser-sdk/test.js";
import { Person } from "./ways.js";

const test = base.extend<{ ada: Person }>({
  ada: async ({ page, application }, use) => use(new Person(page, application, "ada")),
});

/** Enrols a passkey on the device at hand. */
async function enrolPasskey(ada: Person): Promise<void> {
  await ada.begin("sign-up");
  await ada.choose("Set up a passkey");
  await ada.choose("Set up a passkey");
  await ada.keepRecoveryCodes();
  await ada.cameBack({ isValid: true, verificationMethod: "PASSKEY" });
}

test("a passkey that is turned down says what to do, and works the next time", async ({ page, ada }) => {
  const phone = await Authenticator.add(page);
  await enrolPasskey(ada);
  await ada.begin("withdraw");
  await phone.setUserVerified(false);
  await ada.choose("Use your passkey");
  await expect(page.getByRole("alert")).toHaveText(/Try again, or another way/);
  await phone.setUserVerified(true);
  await ada.choose("Use your passkey");
  await ada.cameBack({ isValid: true, verificationMethod: "PASSKEY" });
});

test("a passkey that is not on this device: another way is at hand", async ({ page, ada }) => {
  const phone = await Authenticator.add(page);
  await ada.begin("sign-up");
  await ada.choose("Set up a passkey");
  await ada.choose("Set up a passkey");
  const [code = ""] = await ada.keepRecoveryCodes();
  await ada.cameBack({ isValid: true });
  await phone.remove();
  await Authenticator.add(page);
  await ada.begin("withdraw");
  await ada.choose("Use your passkey");
  await expect(page.getByRole("alert")).toHaveText(/nothing at hand could answer/);
  await ada.otherWay("Recovery code");
  await page.getByLabel("Recovery code").fill(code);
  await ada.choose("Continue");
  await ada.cameBack({ isValid: true, verificationMethod: "RECOVERY_CODE" });
});

test("a link that is turned down lets nobody in", async ({ page, ada, browser }) => {
  const address = "ada.refuses@example.com";
  await ada.begin("sign-up");
  await ada.choose("Link by e-mail");
  await ada.give("E-mail address", address);
  await expect(page.getByText("We sent a link to")).toBeVisible();
  const elsewhere = await browser.newContext();
  const reader = new LinkPage(await elsewhere.newPage());
  await reader.open(await newestLink(ada.application.server, address));
  const asked = page.waitForResponse("**/verify/email-magic-link/finalize");
  await reader.no.click();
  await expect(reader.heading).toHaveText("Thank you");
  expect(await (await asked).json()).toMatchObject({ isVerified: false });
  await expect(page.getByRole("heading", { name: "Keep these recovery codes" })).toHaveCount(0);
  await elsewhere.close();
});
