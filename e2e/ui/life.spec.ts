import { expect, launch, launched, popup, test } from "./test.js";

test("a reload goes on where it was, and back leads to the page before", async ({ page, site }) => {
  await launch(page, site, (await site.track("rea", "sign-up", { redirectUrl: site.origin })).url);
  await page.getByRole("button", { name: "Code by e-mail" }).click();
  await expect(page.getByLabel("E-mail address")).toBeVisible();
  await page.goBack();
  await expect(page.getByRole("heading", { name: "Protect your account" })).toBeVisible();
  await page.reload();
  await expect(page.getByRole("heading", { name: "Protect your account" })).toBeVisible();
});

test("what was done in another tab is not asked again", async ({ page, site }) => {
  const { url } = await site.track("toni", "sign-up");
  await launch(page, site, url);
  const other = await page.context().newPage();
  await other.goto(url);
  await other.getByRole("button", { name: "Code by e-mail" }).click();
  await other.getByLabel("E-mail address").fill("toni@example.com");
  await other.getByRole("button", { name: "Continue" }).click();
  await other.getByLabel("6-digit code").fill(await site.code("toni@example.com"));
  await expect(other.getByRole("button", { name: "Save as a file" })).toBeVisible();

  await page.bringToFront();
  // Playwright's pages all count as looked at: the browser says nothing when one comes to the front.
  await page.evaluate(() => void dispatchEvent(new Event("focus")));
  await expect(page.getByRole("heading", { name: "Thank you" })).toBeVisible();
});

test("without a connection it says so, and goes on when there is one", async ({ page, site }) => {
  await launch(page, site, (await site.track("nora", "sign-up")).url);
  await page.getByRole("button", { name: "Code by e-mail" }).click();
  await page.getByLabel("E-mail address").fill("nora@example.com");
  await page.context().setOffline(true);
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "can’t be reached" })).toBeVisible();
  await page.context().setOffline(false);
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(page.getByLabel("6-digit code")).toBeVisible();
});

test("a server that is away when the page comes is told, and asked again", async ({ page, site }) => {
  const { url } = await site.track("nora", "another");
  await page.route("**/v1/client/prompt*", (route) => route.abort());
  await launch(page, site, url);
  await expect(page.getByRole("heading", { name: "No connection" })).toBeVisible();
  await page.unroute("**/v1/client/prompt*");
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByRole("heading", { name: "Protect your account" })).toBeVisible();
});

test("a blocked action says so and leads back", async ({ page, site }) => {
  await site.setting({ defaultOutcome: "BLOCK" });
  const blocked = await site.track("bea", "withdraw", { redirectUrl: `${site.origin}/back` });
  await site.setting({ defaultOutcome: null });
  expect(blocked.state).toBe("BLOCK");
  await launch(page, site, blocked.url);
  await expect(page.getByRole("heading", { name: "This can’t be done" })).toBeVisible();
  await page.getByRole("button", { name: "Back to A shop" }).click();
  await page.waitForURL(`${site.origin}/back?token=*`);
});

test("a wrong code is told, can be typed again, and too many end it", async ({ page, site }) => {
  await launch(page, site, (await site.track("wil", "sign-up")).url, "popup");
  const ui = popup(page);
  await ui.getByRole("button", { name: "Code by e-mail" }).click();
  await ui.getByLabel("E-mail address").fill("wil@example.com");
  await ui.getByRole("button", { name: "Continue" }).click();
  const code = await site.code("wil@example.com");
  const wrong = code === "000000" ? "000001" : "000000";
  for (let tries = 0; tries < 4; tries++) {
    await ui.getByLabel("6-digit code").fill(wrong);
    await expect(ui.getByRole("alert").filter({ hasText: "This code is wrong" })).toBeVisible();
    await expect(ui.getByLabel("6-digit code")).toHaveValue("");
  }
  await ui.getByLabel("6-digit code").fill(wrong);
  await expect(ui.getByRole("alert").filter({ hasText: "Ask for a new code" })).toBeVisible();
  await ui.getByRole("button", { name: "Send a new code" }).click();
  await ui.getByLabel("6-digit code").fill(await site.code("wil@example.com", code));
  await ui.getByRole("button", { name: "I have kept them" }).click();
  expect((await launched(page)).token).toEqual(expect.any(String));
});
