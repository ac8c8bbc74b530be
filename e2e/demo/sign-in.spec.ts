import { SECURITY_KEY } from "../support/authenticator.js";
import { Server } from "../support/server.js";
import { expect, test } from "../support/test.js";
import { Customer, withoutAutofill } from "./shop.js";

test("signs in with a passkey alone", async ({ page, server }) => {
  await withoutAutofill(page);
  const ada = new Customer(page, server);
  await ada.own();
  await ada.signUp();
  await ada.signOut();

  await ada.open("sign-in");
  await page.getByRole("button", { name: "Sign in with a passkey" }).click();
  await expect(page.getByRole("heading", { name: ada.name })).toBeVisible();
  await expect(ada.story).toContainText("isValid: true");
});

test("signing out shows the shop at once, with nothing in between", async ({ page, server }) => {
  await withoutAutofill(page);
  const ada = new Customer(page, server);
  await ada.own();
  await ada.signUp();
  const shown = await page.evaluateHandle(() => {
    const titles: (string | undefined)[] = [];
    const main = document.getElementById("page");
    new MutationObserver(() => titles.push(main?.querySelector("h1")?.textContent ?? undefined)).observe(main!, {
      childList: true,
    });
    return titles;
  });
  await ada.signOut();
  expect(await shown.jsonValue()).toEqual([await page.locator("#page h1").textContent()]);
  await page.goBack();
  await expect(page.getByRole("heading", { name: "You are signed out" })).toBeVisible();
});

test("signs in by autofill", async ({ page, server }) => {
  const ada = new Customer(page, server);
  await ada.own();
  await ada.signUp();
  await ada.signOut();

  // The virtual authenticator stands for the person who picks the suggestion.
  await ada.open("sign-in");
  await expect(page.getByRole("heading", { name: ada.name })).toBeVisible();
  await expect(ada.story).toContainText("autofill: true");
});

test("signs in by e-mail address", async ({ page, server }) => {
  await withoutAutofill(page);
  const ada = new Customer(page, server);
  await ada.own();
  await ada.signUp();
  await ada.signOut();

  await ada.open("sign-in");
  await page.getByLabel("E-mail address").fill(ada.email.toUpperCase());
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(page.getByRole("heading", { name: ada.name })).toBeVisible();
  await expect(ada.story).toContainText("state: CHALLENGE_REQUIRED");
});

test("signs in with a security key when the passkey's device is gone", async ({ page, server }) => {
  await withoutAutofill(page);
  const ada = new Customer(page, server);
  const phone = await ada.own();
  await ada.signUp();
  await ada.add(await ada.own(SECURITY_KEY), "Add a security key");
  await ada.signOut();
  await ada.lose(phone);

  await ada.open("sign-in");
  await page.getByLabel("E-mail address").fill(ada.email);
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("button", { name: "Use a security key" }).click();
  await expect(page.getByRole("heading", { name: ada.name })).toBeVisible();
  await expect(ada.story).toContainText("verificationMethod: SECURITY_KEY");
});

test("an unknown address is told what to do", async ({ page, server }) => {
  await withoutAutofill(page);
  const ada = new Customer(page, server);
  await ada.open("sign-in");
  await page.getByLabel("E-mail address").fill("nobody@example.com");
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(ada.notice).toContainText("create an account");
});

test("a person who fails the fingerprint stays outside", async ({ page, server }) => {
  await withoutAutofill(page);
  const ada = new Customer(page, server);
  const phone = await ada.own();
  await ada.signUp();
  await ada.signOut();
  await phone.setUserVerified(false);

  await ada.open("sign-in");
  await page.getByRole("button", { name: "Sign in with a passkey" }).click();
  await expect(ada.notice).toContainText("Try again");
  await ada.open("account");
  await expect(page.getByRole("heading", { name: "You are signed out" })).toBeVisible();
});

const restartable = test.extend<{ ownServer: Server }>({
  ownServer: async ({}, use) => {
    const server = await Server.start();
    await use(server);
    await server.stop();
  },
});

restartable("a customer the restarted shop has forgotten can still sign in", async ({ page, ownServer }) => {
  await withoutAutofill(page);
  const ada = new Customer(page, ownServer);
  await ada.own();
  await ada.signUp();
  await ownServer.restart();

  await ada.open("sign-in");
  await page.reload();
  await page.getByRole("button", { name: "Sign in with a passkey" }).click();
  await expect(page.getByRole("main").getByText(ada.email)).toBeVisible();
  await expect(ada.factors).toHaveCount(1);
});

test("the shop opened by another name of this machine goes where its passkeys work", async ({ page, server }) => {
  await page.goto(`${server.url.replace("localhost", "127.0.0.1")}/demo/#/sign-up`);
  await expect(page).toHaveURL(`${server.url}/demo/#/sign-up`);
  await expect(page.getByRole("heading", { name: "Create an account" })).toBeVisible();
});
