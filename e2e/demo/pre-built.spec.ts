import type { FrameLocator, Page } from "@playwright/test";
import { newestCode } from "../support/inbox.js";
import { LOOKS, picture } from "../support/pictures.js";
import { expect, test as base } from "../support/test.js";
import { Customer } from "./shop.js";

/** Ada, with a basket that asks once more who she is. */
const test = base.extend<{ ada: Customer }>({
  ada: async ({ page, server }, use) => {
    const ada = new Customer(page, server);
    await ada.own();
    await ada.signUp();
    await use(ada);
  },
});

const popup = (page: Page): FrameLocator => page.frameLocator("#__authsignal-popup-iframe");

/** Goes on from the recovery codes that the page brings to somebody who has just signed up. */
const keepCodes = (ui: Page | FrameLocator): Promise<void> =>
  ui.getByRole("button", { name: "I have kept them" }).click();

async function expectPlaced(ada: Customer, method: string): Promise<void> {
  await expect(ada.page.getByRole("heading", { name: "Thank you" })).toBeVisible();
  await expect(ada.page.locator(".verdict")).toContainText(`"verificationMethod": "${method}"`);
  await expect(ada.page.getByRole("link", { name: /^Basket/ })).toContainText("0");
}

test("in a popup over the basket", async ({ page, ada }) => {
  const complaints: string[] = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  await ada.fillBasket("Cast-Iron Kettle");
  await page.getByRole("button", { name: "In a popup" }).click();
  await popup(page).getByRole("button", { name: "Use your passkey" }).click();
  await keepCodes(popup(page));
  await expectPlaced(ada, "PASSKEY");
  // The shop's policy lets the popup in, with the looks that its SDK gives it.
  expect(complaints).toEqual([]);
});

test("a popup that is closed places no order", async ({ page, ada }) => {
  await ada.fillBasket("Cast-Iron Kettle");
  await page.getByRole("button", { name: "In a popup" }).click();
  await expect(popup(page).getByRole("heading", { name: "Confirm it’s you" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(ada.notice).toContainText("Nothing was changed");
  await expect(page.locator(".line-item")).toHaveCount(1);
});

test("in a window of its own", async ({ page, ada, server }) => {
  await ada.addEmail();
  await ada.fillBasket("Cast-Iron Kettle");
  const opened = page.waitForEvent("popup");
  await page.getByRole("button", { name: "In a window" }).click();
  const ui = await opened;
  await ui.getByRole("button", { name: "Try another way" }).click();
  await ui.getByRole("button", { name: "Code by e-mail" }).click();
  await expect(ui.getByText("We sent a code to")).toBeVisible();
  await ui.getByLabel("6-digit code").fill(await newestCode(server, ada.email));
  await keepCodes(ui);
  await expectPlaced(ada, "EMAIL_OTP");
});

test("by redirect, and back to an order that is placed", async ({ page, ada }) => {
  await ada.fillBasket("Cast-Iron Kettle");
  await page.getByRole("button", { name: "By redirect" }).click();
  await page.waitForURL("**/ui/?tenant=*");
  await page.getByRole("button", { name: "Use your passkey" }).click();
  await keepCodes(page);
  await expectPlaced(ada, "PASSKEY");
  expect(page.url()).not.toContain("token");
});

test("who comes back without a proof keeps the basket", async ({ page, ada }) => {
  await ada.fillBasket("Cast-Iron Kettle");
  await page.getByRole("button", { name: "By redirect" }).click();
  await page.getByRole("button", { name: "Cancel" }).click();
  await expect(ada.notice).toContainText("Nothing was changed");
  await expect(page.locator(".line-item")).toHaveCount(1);
  expect(page.url()).not.toContain("token");
});

for (const { look, viewport, colorScheme } of LOOKS) {
  test.describe(look, () => {
    test.use({ viewport, colorScheme });

    test("the popup over the basket draws itself", async ({ page, ada }) => {
      await ada.fillBasket("Cast-Iron Kettle");
      await picture(page, `${look}-basket-large`);
      await page.getByRole("button", { name: "In a popup" }).click();
      await expect(popup(page).getByRole("button", { name: "Use your passkey" })).toBeVisible();
      await expect(page.locator("iframe.as-iframe-ready")).toBeInViewport({ ratio: 1 });
      await picture(page, `${look}-popup`);
      const { width, height } = (await page.locator("#__authsignal-popup-iframe").boundingBox()) ?? {
        width: 0,
        height: 0,
      };
      const content = await popup(page)
        .locator("#widget_container")
        .evaluate((one) => one.getBoundingClientRect().height);
      expect(Math.abs(height - content), "the frame is as high as what it shows").toBeLessThanOrEqual(1);
      expect(width).toBeLessThanOrEqual(viewport.width);
    });
  });
}
