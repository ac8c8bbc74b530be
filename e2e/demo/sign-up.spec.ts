import { expect, test } from "../support/test.js";
import { Customer } from "./shop.js";

test("signs up with a passkey and shows it on the account", async ({ page, server }) => {
  const ada = new Customer(page, server);
  const phone = await ada.own();
  await ada.signUp();

  expect(await phone.credentialIds()).toHaveLength(1);
  await expect(ada.factors.first()).toContainText("Passkey");
  await expect(ada.factors.first()).toContainText("Backed up");
  await expect(ada.notice).toContainText("Your passkey is ready");
  const session = (await page.context().cookies()).find(({ name }) => name === "kettle_session");
  expect(session).toMatchObject({ httpOnly: true, sameSite: "Lax", path: "/demo" });
});

test("shows the calls that made it work, without a whole token", async ({ page, server }) => {
  const ada = new Customer(page, server);
  await ada.own();
  await page.setViewportSize({ width: 1280, height: 900 });
  await ada.signUp();

  await expect(ada.story).toContainText(/POST \/v1\/users\/shop-[0-9a-f]+\/actions\/sign-up/);
  await expect(ada.story).toContainText("/v1/client/user-authenticators/passkey");
  await expect(ada.story).toContainText("POST /v1/validate");
  await expect(ada.story).toContainText("isValid: true");
  await expect(ada.story).toContainText("state: CHALLENGE_SUCCEEDED");
  expect(await ada.story.textContent()).not.toMatch(/eyJ[\w-]{20,}/);
});

test("a closed prompt changes nothing and can be tried again", async ({ page, server }) => {
  const ada = new Customer(page, server);
  const phone = await ada.own({ isUserVerified: false });
  await ada.fillSignUp();
  await expect(ada.notice).toContainText("Nothing was changed");
  await expect(page.getByRole("link", { name: "Sign in", exact: true }).first()).toBeVisible();

  await phone.setUserVerified(true);
  await page.getByRole("button", { name: "Create account with a passkey" }).click();
  await expect(page.getByRole("heading", { name: ada.name })).toBeVisible();
});

test("an address has one account", async ({ page, server }) => {
  const ada = new Customer(page, server);
  await ada.own();
  await ada.signUp();
  await ada.signOut();
  await ada.fillSignUp();
  await expect(ada.notice).toContainText("Sign in instead");
});
