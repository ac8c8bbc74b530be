import { complaints } from "../support/axe.js";
import { newestCode } from "../support/inbox.js";
import { expect, test } from "../browser-sdk/test.js";
import { openScreen, ownFingerprint, SCREENS, type Screen } from "./screens.js";

const screen = (name: string): Screen => {
  const found = SCREENS.find((one) => one.name === name);
  if (!found) throw new Error(`there is no screen ${name}`);
  return found;
};

for (const [locale, colorScheme] of [
  ["en", "light"],
  ["en", "dark"],
  ["ar", "light"],
] as const) {
  test.describe(`${locale} ${colorScheme}`, () => {
    test.use({ locale, colorScheme, viewport: { width: 385, height: 720 } });
    test.setTimeout(240_000);

    test("axe finds nothing on any screen", async ({ page, application }) => {
      await ownFingerprint(page);
      for (const one of SCREENS) {
        await openScreen(page, application, one);
        expect(await complaints(page), one.name).toEqual([]);
      }
    });
  });
}

for (const colorScheme of ["light", "dark"] as const) {
  test.describe(colorScheme, () => {
    test.use({ colorScheme });
    test.setTimeout(90_000);

    test("whatever a tenant's colour, buttons and links can be read", async ({ page, application }) => {
      for (const primary of ["#fff", "#ffd400", "#ff7a00", "#00b894", "#757575", "#0057ff", "#1c201f", "#000"]) {
        const { prompt } = screen("passkey") as { prompt: { tenant: object } };
        const themed = { ...prompt, tenant: { ...prompt.tenant, theme: { primary } } };
        await openScreen(page, application, { name: `in-${primary.slice(1)}`, prompt: themed });
        expect(await complaints(page), primary).toEqual([]);
      }
    });
  });
}

test("with the keyboard alone: a code is enrolled and the page left", async ({ page, application, server }) => {
  const address = "keys@example.com";
  const { url } = await application.track("keys", "sign-up", { redirectUrl: `${application.origin}/back` });
  await page.goto(url);
  await expect(page.getByRole("heading", { name: "Protect your account" })).toBeFocused();
  const way = page.getByRole("button", { name: "Code by e-mail" });
  for (let steps = 0; steps < 8 && !(await way.evaluate((one) => one === document.activeElement)); steps += 1)
    await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Add your e-mail address" })).toBeFocused();
  await page.keyboard.press("Tab");
  await page.keyboard.type(address);
  await page.keyboard.press("Enter");
  await expect(page.getByLabel("6-digit code")).toBeFocused();
  await expect(page.getByText(`We sent a code to ${address}`)).toBeVisible();
  await page.keyboard.type(await newestCode(server, address));
  await expect(page.getByRole("heading", { name: "Keep these recovery codes" })).toBeFocused();
  await expect(page.getByRole("listitem")).toHaveCount(10);
  for (const name of ["Copy", "Save as a file", "I have kept them"]) {
    await page.keyboard.press("Tab");
    await expect(page.getByRole("button", { name })).toBeFocused();
  }
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "Thank you" })).toBeFocused();
  await page.waitForURL(`${application.origin}/back?token=*`);
});

test("the focus goes through a page from its heading down", async ({ page, application }) => {
  await openScreen(page, application, screen("passkey"));
  await expect(page.getByRole("heading", { level: 1 })).toBeFocused();
  for (const name of ["Use your passkey", "Try another way", "Cancel"]) {
    await page.keyboard.press("Tab");
    await expect(page.getByRole("button", { name })).toBeFocused();
  }
});

test("a wrong code is told once, and named by the field it is about", async ({ page, application }) => {
  await openScreen(page, application, { ...screen("email-code-wrong"), act: async () => {} });
  await page.evaluate(() => {
    const heard: string[] = [];
    (window as unknown as Record<string, unknown>)["heard"] = heard;
    const live = (node: Node) => (node instanceof Element ? node : node.parentElement)?.closest("[role=alert]");
    new MutationObserver((changes) => {
      for (const { target, addedNodes } of changes)
        if (live(target)) for (const added of addedNodes) heard.push(added.textContent ?? "");
    }).observe(document.body, { childList: true, subtree: true });
  });
  const field = page.getByLabel("6-digit code");
  await field.fill("123456");
  await expect(page.getByRole("alert")).toHaveText(/This code is wrong/);
  await expect(field).toHaveAccessibleErrorMessage(/This code is wrong/);
  await expect(field).toHaveAccessibleDescription("");
  await expect(field).toBeFocused();
  expect(await page.evaluate(() => (window as unknown as Record<string, string[]>)["heard"])).toEqual([
    expect.stringContaining("This code is wrong"),
  ]);
});

test("a button that works says so, and keeps its name and the focus", async ({ page, application }) => {
  await openScreen(page, application, screen("passkey"));
  let goOn = () => {};
  const held = new Promise<void>((done) => (goOn = done));
  await page.route("**/authentication-options", async (route) => {
    await held;
    await route.fulfill({ status: 400, json: { errorCode: "invalid_credential" } });
  });
  const button = page.getByRole("button", { name: "Use your passkey", exact: true });
  await button.click();
  await expect(page.getByRole("status")).toHaveText("One moment…");
  await expect(button).toHaveAttribute("aria-busy", "true");
  await expect(button).toBeFocused();
  goOn();
  await expect(page.getByRole("alert")).toHaveText(/not one of yours/);
  await expect(page.getByRole("status")).toBeEmpty();
  await expect(button).toBeFocused();
});

test("the seconds of a pause are seen and not read out", async ({ page, application }) => {
  await openScreen(page, application, screen("email-code"));
  await expect(page.getByText(/\(in \d+ s\)/)).toBeVisible();
  const again = page.getByRole("button", { name: "Send a new code", exact: true });
  await expect(again).toHaveAttribute("aria-disabled", "true");
  await expect(page.locator("[aria-live], [role=status], [role=alert]").filter({ hasText: /\d+ s/ })).toHaveCount(0);
});

test("who wants no motion sees nothing turn", async ({ page, application }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await openScreen(page, application, screen("link"));
  const spinner = page.locator(".busy .spinner");
  await expect(spinner).toBeVisible();
  expect(await spinner.evaluate((one) => getComputedStyle(one).animationName)).not.toBe("turn");
  expect(await spinner.evaluate((one) => getComputedStyle(one).rotate)).toBe("none");
});
