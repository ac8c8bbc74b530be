import { LOOKS, picture as keep } from "../support/pictures.js";
import { expect, test } from "../support/test.js";
import { Customer } from "./shop.js";

for (const { look, viewport, colorScheme } of LOOKS) {
  test.describe(look, () => {
    test.use({ viewport, colorScheme });

    test("every dialog of a way to sign in draws itself within the window", async ({ page, server }) => {
      test.slow();
      const picture = (name: string): Promise<void> => keep(page, `${look}-${name}`);
      const dialog = page.getByRole("dialog");
      const ada = new Customer(page, server);
      await ada.own();
      await ada.signUp();
      for (const [button, shown, name] of [
        ["Add an authenticator app", dialog.getByRole("img", { name: "QR code" }), "app"],
        ["Add links by e-mail", dialog.getByText("Waiting for you"), "link"],
        ["Add codes by SMS", dialog.getByLabel("Phone number"), "phone"],
      ] as const) {
        await page.getByRole("button", { name: button }).click();
        await expect(shown).toBeVisible();
        await picture(name);
        await page.keyboard.press("Escape");
        await expect(dialog).toBeHidden();
      }
      await ada.addEmail();
      await page.getByRole("button", { name: "Make recovery codes" }).click();
      await page.getByRole("button", { name: "Use your passkey" }).click();
      await expect(dialog.getByRole("listitem")).toHaveCount(10);
      await picture("recovery-codes");
      await page.getByRole("button", { name: "I have kept them" }).click();
      await expect(page.getByText("You have 10 left")).toBeVisible();
      await page.getByRole("button", { name: "Close this message" }).click();
      await keep(page, `${look}-account-of-many`, { fullPage: true });
      await page.getByRole("button", { name: "Add a security key" }).click();
      await expect(page.getByRole("button", { name: "Use a recovery code" })).toBeVisible();
      await picture("choose-of-many");
      await page.getByRole("button", { name: "Get a code by e-mail" }).click();
      await expect(page.getByRole("button", { name: "Try another way" })).toBeVisible();
      await picture("code-or-another-way");
    });
  });
}
