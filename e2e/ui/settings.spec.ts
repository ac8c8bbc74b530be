import type { FrameLocator, Page } from "@playwright/test";
import { Authenticator } from "../support/authenticator.js";
import type { Site } from "./site.js";
import { expect, launch, launched, popup, test } from "./test.js";

const TITLE = "How you confirm it’s you";

/** A user with a code by e-mail and recovery codes, and the address of their settings. */
async function settingsOf(site: Site, user: string, more: object = {}): Promise<string> {
  const email = `${user}@example.com`;
  await site.call("POST", `/users/${user}/authenticators`, { verificationMethod: "EMAIL_OTP", email });
  const { url } = await site.track(user, "account", { redirectToSettings: true, ...more });
  expect(url).toContain("&view=settings");
  return url;
}

/** Proves the user by the code that was sent. */
async function prove(ui: Page | FrameLocator, site: Site, user: string): Promise<void> {
  await expect(ui.getByText("We sent a code to")).toBeVisible();
  await ui.getByLabel("6-digit code").fill(await site.code(`${user}@example.com`));
  await expect(ui.getByRole("heading", { name: TITLE })).toBeVisible();
}

async function addPasskey(ui: Page | FrameLocator): Promise<void> {
  await ui.getByRole("button", { name: "Add another way" }).click();
  await ui.getByRole("button", { name: "Set up a passkey" }).click();
  await ui.getByRole("button", { name: "Set up a passkey" }).click();
  await expect(ui.getByRole("heading", { name: TITLE })).toBeVisible();
}

/** The entries of the list, as a screen reader names them. */
const entries = (ui: Page | FrameLocator) => ui.getByRole("list").getByRole("button");

test("by redirect: adds, names, prefers and removes a factor, and comes back", async ({ page, site }) => {
  const authenticator = await Authenticator.add(page);
  const url = await settingsOf(site, "sam", { redirectUrl: `${site.origin}/back` });
  await launch(page, site, url);
  await prove(page, site, "sam");
  await expect(entries(page)).toHaveText([/Code by e-mail.*s\*+@example\.com.*Last used on .*Asked for first/]);

  await addPasskey(page);
  await expect(entries(page)).toHaveCount(2);
  await expect.poll(() => authenticator.credentialIds()).toHaveLength(1);
  await entries(page).nth(1).click();
  await expect(page.getByRole("button", { name: "Save the name" })).toBeVisible();
  await page.getByLabel("Name").fill("   ");
  await page.getByRole("button", { name: "Save the name" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "1 to 64" })).toBeVisible();
  await page.getByLabel("Name").fill("My laptop");
  await page.getByRole("button", { name: "Save the name" }).click();
  await expect(page.getByRole("heading", { name: "My laptop" })).toBeVisible();
  await expect(page.getByRole("status").filter({ hasText: "Saved." })).toBeVisible();
  await page.getByRole("button", { name: "Ask for this first" }).click();
  await expect(page.getByText("This one is asked for first.")).toBeVisible();
  await page.getByRole("button", { name: "Go back" }).click();
  await expect(entries(page).nth(1)).toHaveText(/My laptop.*Asked for first/);
  await expect(entries(page).nth(0)).not.toHaveText(/Asked for first/);

  // The other one goes, after a question, and then this one has to stay.
  await entries(page).nth(0).click();
  await page.getByRole("button", { name: "Remove" }).click();
  await expect(page.getByRole("heading", { name: "Remove “Code by e-mail”?" })).toBeFocused();
  await page.getByRole("button", { name: "Keep it" }).click();
  await page.getByRole("button", { name: "Remove" }).click();
  await page.getByRole("button", { name: "Remove" }).click();
  await expect(page.getByRole("status").filter({ hasText: "“Code by e-mail” was removed." })).toBeVisible();
  await expect(entries(page)).toHaveCount(1);
  await entries(page).click();
  await expect(page.getByText("This is the only way you have left.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Remove" })).toHaveCount(0);
  await page.getByRole("button", { name: "Go back" }).click();

  await page.getByRole("button", { name: "Back to A shop" }).click();
  await page.waitForURL(`${site.origin}/back?token=*`);
  const token = new URL(page.url()).searchParams.get("token") ?? "";
  expect(await site.validate(token)).toMatchObject({ isValid: true, userId: "sam", action: "account" });
});

test("in a popup, by keyboard alone: a removed passkey is gone from the device too", async ({ page, site }) => {
  const authenticator = await Authenticator.add(page);
  const url = await settingsOf(site, "kim");
  await launch(page, site, url, "popup");
  const ui = popup(page);
  await prove(ui, site, "kim");
  await addPasskey(ui);
  await expect.poll(() => authenticator.credentialIds()).toHaveLength(1);

  await entries(ui).nth(1).focus();
  await page.keyboard.press("Enter");
  await expect(ui.getByLabel("Name")).toBeVisible();
  const presses = async (name: string) => {
    for (let tabs = 0; tabs < 12; tabs++) {
      await page.keyboard.press("Tab");
      const button = ui.getByRole("button", { name, exact: true });
      if (await button.evaluate((element) => element === document.activeElement)) return page.keyboard.press("Enter");
    }
    throw new Error(`"${name}" is not reached by the keyboard`);
  };
  await presses("Remove");
  await expect(ui.getByRole("heading", { name: /^Remove “/ })).toBeFocused();
  await presses("Remove");
  await expect(entries(ui)).toHaveCount(1);
  await expect.poll(() => authenticator.credentialIds()).toHaveLength(0);
  await presses("Back to A shop");
  const { token } = await launched(page);
  expect(await site.validate(token ?? "")).toMatchObject({ isValid: true, userId: "kim" });
});

test("recovery codes are counted, and new ones are made after a question", async ({ page, site }) => {
  await launch(page, site, await settingsOf(site, "rex"), "popup");
  const ui = popup(page);
  await prove(ui, site, "rex");
  const codes = ui.getByRole("region", { name: "Recovery codes" });
  await expect(codes.getByText("10 left")).toBeVisible();
  await codes.getByRole("button", { name: "Make new recovery codes" }).click();
  await expect(ui.getByText("stop working as soon as")).toBeVisible();
  await ui.getByRole("button", { name: "Cancel" }).click();
  await codes.getByRole("button", { name: "Make new recovery codes" }).click();
  await ui.getByRole("button", { name: "Make new recovery codes" }).click();
  await expect(ui.getByRole("listitem")).toHaveCount(10);
  await ui.getByRole("button", { name: "I have kept them" }).click();
  await expect(codes.getByText("10 left")).toBeVisible();
});

test("what was removed elsewhere is told as gone, not as an error", async ({ page, site }) => {
  await Authenticator.add(page);
  const redirectUrl = site.origin;
  await launch(page, site, await settingsOf(site, "tess", { redirectUrl }));
  await prove(page, site, "tess");
  await addPasskey(page);
  await entries(page).nth(1).click();
  await page.getByRole("button", { name: "Remove" }).click();
  const held = await site.call("GET", "/users/tess/authenticators");
  const passkey = held.find((one: { verificationMethod: string }) => one.verificationMethod === "PASSKEY");
  await site.call("DELETE", `/users/tess/authenticators/${passkey.userAuthenticatorId}`);
  await page.getByRole("button", { name: "Remove" }).click();
  await expect(entries(page)).toHaveCount(1);
});

test("settings are shown after a proof alone", async ({ page, site }) => {
  await launch(page, site, await settingsOf(site, "wes"));
  await expect(page.getByText("We sent a code to")).toBeVisible();
  await expect(page.getByRole("heading", { name: TITLE })).toHaveCount(0);
});
