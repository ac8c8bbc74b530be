import type { FrameLocator, Page } from "@playwright/test";
import { Authenticator } from "../support/authenticator.js";
import type { Site } from "./site.js";
import { expect, launch, launched, popup, test } from "./test.js";

/** Enrols by a code to an e-mail address. */
async function enrolByEmail(ui: Page | FrameLocator, site: Site, address: string): Promise<void> {
  await ui.getByRole("button", { name: "Code by e-mail" }).click();
  await ui.getByLabel("E-mail address").fill(address);
  await ui.getByRole("button", { name: "Continue" }).click();
  await ui.getByLabel("6-digit code").fill(await site.code(address));
}

/** Goes on from the recovery codes that a first factor brings, and past the offer of a passkey. */
async function goOn(ui: Page | FrameLocator, later = true): Promise<void> {
  await ui.getByRole("button", { name: "I have kept them" }).click();
  if (later) await ui.getByRole("button", { name: "Not now" }).click();
}

test("by redirect: enrols by e-mail and comes back with a token", async ({ page, site }) => {
  await Authenticator.add(page);
  const redirectUrl = `${site.origin}/back?order=7`;
  const { url } = await site.track("rita", "sign-up", { redirectUrl });
  await launch(page, site, url);
  await expect(page.getByRole("heading", { name: "Protect your account" })).toBeFocused();
  // Nothing of the token is left in the address.
  expect(new URL(page.url()).search).toBe(`?tenant=${site.tenant.tenantId}`);
  await enrolByEmail(page, site, "rita@example.com");
  await goOn(page);
  await page.waitForURL(`${site.origin}/back?order=7&token=*`);
  const token = new URL(page.url()).searchParams.get("token") ?? "";
  expect(await site.validate(token)).toMatchObject({
    isValid: true,
    userId: "rita",
    action: "sign-up",
    verificationMethod: "EMAIL_OTP",
  });
});

test("in a popup: a code, then a passkey takes its place", async ({ page, site }) => {
  await Authenticator.add(page);
  await launch(page, site, (await site.track("paul", "sign-up")).url, "popup");
  const ui = popup(page);
  await enrolByEmail(ui, site, "paul@example.com");
  await goOn(ui, false);
  await ui.getByRole("button", { name: "Set up a passkey" }).click();
  const { token } = await launched(page);
  expect(await site.validate(token ?? "")).toMatchObject({ isValid: true, userId: "paul" });

  await launch(page, site, (await site.track("paul", "withdraw")).url, "popup");
  await popup(page).getByRole("button", { name: "Try another way" }).click();
  await popup(page).getByRole("button", { name: "Passkey" }).click();
  await popup(page).getByRole("button", { name: "Use your passkey" }).click();
  const proved = await launched(page);
  expect(await site.validate(proved.token ?? "")).toMatchObject({
    isValid: true,
    action: "withdraw",
    verificationMethod: "PASSKEY",
  });
});

test("in a window: confirms by a code", async ({ page, site }) => {
  await launch(page, site, (await site.track("wanda", "sign-up")).url, "popup");
  await enrolByEmail(popup(page), site, "wanda@example.com");
  await goOn(popup(page), false);
  await launched(page);
  const first = await site.code("wanda@example.com");

  const { url } = await site.track("wanda", "withdraw");
  const opened = page.waitForEvent("popup");
  await launch(page, site, url, "window");
  const ui = await opened;
  await expect(ui.getByText("We sent a code to")).toBeVisible();
  await ui.getByLabel("6-digit code").fill(await site.code("wanda@example.com", first));
  const { token } = await launched(page);
  expect(await site.validate(token ?? "")).toMatchObject({
    isValid: true,
    action: "withdraw",
    verificationMethod: "EMAIL_OTP",
  });
});
