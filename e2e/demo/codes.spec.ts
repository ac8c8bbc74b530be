import { AuthenticatorApp } from "../support/authenticator-app.js";
import { newestCode, newestLink } from "../support/inbox.js";
import { LinkPage } from "../support/link-page.js";
import { expect, test as base } from "../support/test.js";
import { Customer } from "./shop.js";

/** A customer with a passkey, and the browser in which they read their mail. */
const test = base.extend<{ ada: Customer; mail: LinkPage }>({
  ada: async ({ page, server }, use) => {
    const ada = new Customer(page, server);
    await ada.own();
    await ada.signUp();
    await use(ada);
  },
  mail: async ({ browser }, use) => {
    const context = await browser.newContext();
    await use(new LinkPage(await context.newPage()));
    await context.close();
  },
});

test("adds an authenticator app by its QR code, and orders with a code of it", async ({ page, server, ada }) => {
  await page.getByRole("button", { name: "Add an authenticator app" }).click();
  const picture = page.getByRole("img", { name: "QR code" });
  await expect(picture).toBeVisible();
  expect(await picture.evaluate((image: HTMLImageElement) => image.complete && image.naturalWidth)).toBeGreaterThan(0);
  const secret = (await page.getByRole("dialog").locator("code").innerText()).replaceAll(" ", "");
  const app = new AuthenticatorApp(server, secret);
  await page.getByLabel("Code", { exact: true }).fill(await app.code());
  await page.getByRole("button", { name: "Confirm", exact: true }).click();
  await expect(ada.factors.filter({ hasText: "Authenticator app" })).toHaveCount(1);
  // It is seen once: not in the drawer either.
  await expect(ada.story).not.toContainText(secret);

  await ada.fillBasket("Cast-Iron Kettle");
  await page.getByRole("button", { name: "Confirm and order" }).click();
  await page.getByRole("button", { name: "Use your authenticator app" }).click();
  await page.getByLabel("Code", { exact: true }).fill(await app.nextCode());
  await page.getByRole("button", { name: "Confirm", exact: true }).click();
  await expect(page.locator(".verdict")).toContainText('"verificationMethod": "AUTHENTICATOR_APP"');
});

test("adds codes by SMS after a number that is none, and orders with one", async ({ page, server, ada }) => {
  await page.getByRole("button", { name: "Add codes by SMS" }).click();
  const number = page.getByLabel("Phone number");
  await number.fill("021 000 0789");
  await page.getByRole("button", { name: "Send a code" }).click();
  await expect(page.getByRole("alert")).not.toBeEmpty();
  await number.fill("+64 21 000 0789");
  await page.getByRole("button", { name: "Send a code" }).click();
  await ada.enterCode("+64210000789");
  await expect(ada.factors.filter({ hasText: "Code by SMS" })).toHaveCount(1);

  await ada.fillBasket("Cast-Iron Kettle");
  await page.getByRole("button", { name: "Confirm and order" }).click();
  await page.getByRole("button", { name: "Get a code by SMS" }).click();
  await expect(page.getByRole("dialog")).not.toContainText("+64210000789");
  await page.getByLabel("Code", { exact: true }).fill(await newestCode(server, "+64210000789"));
  await page.getByRole("button", { name: "Confirm", exact: true }).click();
  await expect(page.locator(".verdict")).toContainText('"verificationMethod": "SMS"');
});

test("adds links by e-mail, opened elsewhere, and orders with one", async ({ page, server, ada, mail }) => {
  await page.getByRole("button", { name: "Add links by e-mail" }).click();
  await expect(page.getByRole("dialog")).toContainText("Waiting for you");
  await mail.open(await newestLink(server, ada.email));
  await mail.no.click();
  await expect(page.getByRole("dialog")).toContainText("refused");
  await page.getByRole("button", { name: "Send another link" }).click();
  await expect(page.getByRole("dialog")).toContainText("Waiting for you");
  await mail.open(await newestLink(server, ada.email));
  await mail.yes.click();
  await expect(ada.factors.filter({ hasText: "Link by e-mail" })).toHaveCount(1);

  await ada.fillBasket("Cast-Iron Kettle");
  await page.getByRole("button", { name: "Confirm and order" }).click();
  await page.getByRole("button", { name: "Get a link by e-mail" }).click();
  await expect(page.getByRole("dialog")).toContainText("Waiting for you");
  await mail.open(await newestLink(server, ada.email));
  await expect(mail.page.getByText("checkout")).toBeVisible();
  await mail.yes.click();
  await expect(page.locator(".verdict")).toContainText('"verificationMethod": "EMAIL_MAGIC_LINK"');
});

test("a page that stops waiting for a link asks no more", async ({ page, server }) => {
  await page.clock.install();
  const ada = new Customer(page, server);
  await ada.own();
  await ada.signUp();
  let asked = 0;
  let release = (): void => undefined;
  const closed = new Promise<void>((done) => (release = done));
  await page.route("**/finalize", async (route) => {
    asked += 1;
    await closed;
    await route.continue();
  });
  await page.getByRole("button", { name: "Add links by e-mail" }).click();
  await expect.poll(() => asked).toBe(1);
  await page.keyboard.press("Escape");
  await expect(ada.notice).toContainText("Nothing was changed");
  const answered = page.waitForResponse("**/finalize");
  release();
  await (await answered).finished();
  await expect(ada.story).toContainText("finalize");
  for (let second = 0; second < 5; second += 1) await page.clock.runFor(1000);
  expect(asked).toBe(1);
});

test("makes recovery codes, orders with one, and has nine left", async ({ page, ada }) => {
  await page.getByRole("button", { name: "Make recovery codes" }).click();
  const shown = page.getByRole("dialog").getByRole("listitem");
  await expect(shown).toHaveCount(10);
  const codes = await shown.allInnerTexts();
  expect(new Set(codes).size).toBe(10);
  await page.getByRole("button", { name: "I have kept them" }).click();
  await expect(page.getByText("You have 10 left")).toBeVisible();
  await expect(ada.factors, "they are no way to sign in").toHaveCount(1);
  await expect(ada.story).not.toContainText(codes[0] ?? "");

  await ada.fillBasket("Cast-Iron Kettle");
  await page.getByRole("button", { name: "Confirm and order" }).click();
  await page.getByRole("button", { name: "Use a recovery code" }).click();
  const field = page.getByLabel("Recovery code", { exact: true });
  await field.fill("0000-0000-0000-0000");
  await page.getByRole("button", { name: "Confirm", exact: true }).click();
  await expect(page.getByRole("alert")).toContainText("not the code");
  await field.fill((codes[0] ?? "").toLowerCase());
  await page.getByRole("button", { name: "Confirm", exact: true }).click();
  await expect(page.locator(".verdict")).toContainText('"verificationMethod": "RECOVERY_CODE"');
  await ada.open("account");
  await expect(page.getByText("You have 9 left")).toBeVisible();
});

test("recovery codes do not stand in for the only way to sign in", async ({ page, ada }) => {
  await page.getByRole("button", { name: "Make recovery codes" }).click();
  await page.getByRole("button", { name: "I have kept them" }).click();
  await ada.factors.getByRole("button", { name: /^Remove/ }).click();
  await expect(ada.notice).toContainText("Add another one first");
});

test("who has begun one way can try another", async ({ page, ada }) => {
  await ada.addEmail();
  await ada.fillBasket("Cast-Iron Kettle");
  await page.getByRole("button", { name: "Confirm and order" }).click();
  await page.getByRole("button", { name: "Get a code by e-mail" }).click();
  await page.getByRole("button", { name: "Try another way" }).click();
  await page.getByRole("button", { name: "Use your passkey" }).click();
  await expect(page.locator(".verdict")).toContainText('"verificationMethod": "PASSKEY"');
});
