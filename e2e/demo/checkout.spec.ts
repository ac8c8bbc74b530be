import { expect, test } from "../support/test.js";
import { Customer } from "./shop.js";

test("a small order goes straight through", async ({ page, server }) => {
  const ada = new Customer(page, server);
  await ada.own();
  await ada.signUp();
  await ada.fillBasket("Morning Assam", "Jasmine Pearls");
  await expect(page.locator(".total")).toContainText("€25.50");
  await page.getByRole("button", { name: "Order", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Thank you" })).toBeVisible();
  await expect(page.getByText("without a challenge")).toBeVisible();
});

test("a large order needs the passkey once more, and shows the verdict", async ({ page, server }) => {
  const ada = new Customer(page, server);
  await ada.own();
  await ada.signUp();
  await ada.fillBasket("Cast-Iron Kettle");
  await page.getByRole("button", { name: "Confirm and order" }).click();
  await expect(page.getByRole("heading", { name: "Thank you" })).toBeVisible();
  await expect(page.getByText("over €118.00")).toBeVisible();
  await expect(page.locator(".verdict")).toContainText('"isValid": true');
  await expect(page.locator(".verdict")).toContainText('"verificationMethod": "PASSKEY"');
  await expect(page.getByRole("link", { name: /^Basket/ })).toContainText("0");
});

test("a large order without the proof is not placed", async ({ page, server }) => {
  const ada = new Customer(page, server);
  const phone = await ada.own();
  await ada.signUp();
  await phone.setUserVerified(false);
  await ada.fillBasket("Cast-Iron Kettle");
  await page.getByRole("button", { name: "Confirm and order" }).click();
  await expect(ada.notice).toContainText("Nothing was changed");
  await expect(page.getByRole("heading", { name: "Your basket" })).toBeVisible();
  await expect(page.locator(".line-item")).toHaveCount(1);
});

test("a stranger is asked to sign in", async ({ page, server }) => {
  const ada = new Customer(page, server);
  await ada.fillBasket("Stoneware Cup");
  await expect(page.getByText("Sign in to order")).toBeVisible();
});
