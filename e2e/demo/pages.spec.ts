import type { Page } from "@playwright/test";
import { SECURITY_KEY } from "../support/authenticator.js";
import { LOOKS, picture as keep } from "../support/pictures.js";
import { expect, test } from "../support/test.js";
import { Customer } from "./shop.js";

for (const { look, viewport, colorScheme } of LOOKS) {
  test.describe(look, () => {
    test.use({ viewport, colorScheme });

    test("every page draws itself, alone, without a complaint from the browser", async ({ page, server }) => {
      const complaints = listen(page, server.url);
      const ada = new Customer(page, server);
      const picture = (name: string): Promise<void> => keep(page, `${look}-${name}`);

      await ada.open();
      await expect(page.locator(".product")).toHaveCount(6);
      await picture("shelf");
      await ada.open("sign-in");
      await expect(page.getByRole("heading", { name: "Welcome back" })).toBeVisible();
      await picture("sign-in");
      await ada.open("sign-up");
      await expect(page.getByRole("heading", { name: "Create an account" })).toBeVisible();
      await picture("sign-up");

      const phone = await ada.own();
      await ada.signUp();
      await ada.add(await ada.own(SECURITY_KEY), "Add a security key");
      await picture("account");
      await page.getByRole("button", { name: "Add a passkey" }).click();
      await expect(page.getByRole("dialog")).toBeVisible();
      await picture("choose");
      await page.keyboard.press("Escape");
      await ada.reachFor(phone);
      await page.getByRole("button", { name: "Add codes by e-mail" }).click();
      await page.getByRole("button", { name: "Use your passkey" }).click();
      await expect(page.getByLabel("Code", { exact: true })).toBeVisible();
      await page.getByLabel("Code", { exact: true }).fill("12 34 56");
      await page.getByRole("button", { name: "Confirm", exact: true }).click();
      await expect(page.getByRole("alert")).toContainText("not the code");
      await picture("code");
      await page.keyboard.press("Escape");
      await expect(ada.notice).toContainText("Nothing was changed");
      await picture("problem");
      await ada.fillBasket("Cast-Iron Kettle", "Jasmine Pearls");
      await expect(page.locator(".line-item")).toHaveCount(2);
      await picture("basket");
      await page.getByRole("button", { name: "Confirm and order" }).click();
      await page.getByRole("button", { name: "Use your passkey" }).click();
      await expect(page.getByRole("heading", { name: "Thank you" })).toBeVisible();
      await picture("thanks");

      const toggle = page.getByRole("button", { name: "What just happened" });
      if ((await toggle.getAttribute("aria-expanded")) === "false") {
        await toggle.click();
        await expect(page.getByRole("heading", { name: "What just happened" })).toBeVisible();
      }
      await picture("what-just-happened");
      expect(complaints).toEqual([]);
    });
  });
}

test("the shop can be used with the keyboard alone", async ({ page, server }) => {
  const ada = new Customer(page, server);
  await ada.own();
  await ada.open("sign-up");
  await page.getByLabel("Your name").focus();
  await page.keyboard.type(ada.name);
  await page.keyboard.press("Tab");
  await page.keyboard.type(ada.email);
  await page.keyboard.press("Enter");
  const heading = page.getByRole("heading", { name: ada.name });
  await expect(heading).toBeFocused();

  await page.keyboard.press("Tab");
  await expect(page.getByRole("button", { name: "Sign out" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1 })).toBeFocused();
});

test("adding to the basket keeps the focus on the button", async ({ page, server }) => {
  const ada = new Customer(page, server);
  await ada.open();
  const add = page.getByRole("button", { name: "Add Lapsang to the basket" });
  await add.focus();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("link", { name: /^Basket/ })).toContainText("2");
  await expect(add).toBeFocused();
});

test("the drawer opens and closes, and gives the focus back", async ({ page, server }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  const ada = new Customer(page, server);
  await ada.open();
  const toggle = page.getByRole("button", { name: "What just happened" });
  await expect(toggle).toHaveAttribute("aria-expanded", "false");
  await toggle.click();
  await expect(page.getByRole("button", { name: "Close" })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(toggle).toBeFocused();
  await expect(page.getByRole("heading", { name: "What just happened" })).toBeHidden();
});

test("nothing moves for people who asked for less motion", async ({ page, server }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  const ada = new Customer(page, server);
  await ada.open();
  await page.getByRole("button", { name: "Add Lapsang to the basket" }).click();
  await expect(ada.notice).toContainText("Lapsang");
  expect(await page.evaluate(() => document.getAnimations().length)).toBe(0);
});

/** Requests to other hosts, errors and broken security policies, as they happen. */
function listen(page: Page, origin: string): string[] {
  const complaints: string[] = [];
  page.on("request", (request) => {
    if (!request.url().startsWith(`${origin}/`) && !request.url().startsWith("data:")) complaints.push(request.url());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  return complaints;
}
