import { expect, test } from "../browser-sdk/test.js";
import type { Page } from "@playwright/test";
import { cutOff } from "../support/pictures.js";
import { openScreen, ownFingerprint, SCREENS, type Screen } from "./screens.js";

/** WCAG 2.2 1.4.12: what readers may set texts to. */
const SPACED = "* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }";
const PARAGRAPHS = "p { margin-block-end: 2em !important }";
/** 1.4.4: text twice as large. */
const LARGE = "html { font-size: 200% !important }";

/** Lays a reader's own style over the page; the page's policy refuses style elements alone. */
async function lay(page: Page, style: string): Promise<void> {
  await page.evaluate((style) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(style);
    document.adoptedStyleSheets = [sheet];
  }, style);
}

/** Controls that are smaller than 24 by 24 pixels (2.5.8). */
function small(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll("main :is(button, input, a, summary)")]
      .filter((control) => control.checkVisibility())
      .map((control) => ({ control, box: control.getBoundingClientRect() }))
      .filter(({ box }) => box.width < 24 || box.height < 24)
      .map(({ control, box }) => `${box.width} × ${box.height}: ${control.outerHTML.slice(0, 120)}`),
  );
}

async function fits(page: Page, name: string): Promise<void> {
  const sideways = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect.soft(sideways, `${name} scrolls sideways`).toBe(0);
  expect.soft(await cutOff(page), `${name}: wider than its place`).toEqual([]);
}

for (const locale of ["de", "ar"]) {
  test.describe(locale, () => {
    // 1.4.10: 1280 pixels at 400 %.
    test.use({ locale, viewport: { width: 320, height: 256 } });
    test.setTimeout(240_000);

    test("at 320 pixels, with spaced and with large text, nothing is cut or too small", async ({
      page,
      application,
    }) => {
      await ownFingerprint(page);
      for (const screen of SCREENS) {
        await openScreen(page, application, screen);
        await fits(page, screen.name);
        expect.soft(await small(page), `${screen.name}: too small`).toEqual([]);
        await lay(page, SPACED + PARAGRAPHS);
        await fits(page, `${screen.name}, spaced`);
        await lay(page, LARGE);
        await page.setViewportSize({ width: 640, height: 512 });
        await fits(page, `${screen.name}, large`);
        await page.setViewportSize({ width: 320, height: 256 });
      }
    });
  });
}

test("what has the focus is in sight, also on a low screen", async ({ page, application }) => {
  await page.setViewportSize({ width: 385, height: 300 });
  await openScreen(page, application, SCREENS.find(({ name }) => name === "settings-list") as Screen);
  const controls = await page.getByRole("main").getByRole("button").count();
  for (let n = 0; n < controls; n += 1) {
    await page.keyboard.press("Tab");
    const seen = await page.evaluate(() => {
      const focused = document.activeElement as Element;
      const { top, bottom, left, right } = focused.getBoundingClientRect();
      const at = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
      return focused.matches("button") && top >= 0 && bottom <= innerHeight && focused.contains(at);
    });
    expect(seen, `stop ${n}`).toBe(true);
  }
});

test("a code can be pasted as it was copied, and is known to what fills in codes", async ({ page, application }) => {
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await openScreen(page, application, SCREENS.find(({ name }) => name === "app-code") as Screen);
  const sent = page.waitForRequest("**/verify/totp");
  const field = page.getByLabel("6-digit code");
  await expect(field).toHaveAttribute("autocomplete", "one-time-code");
  await expect(field).toHaveAttribute("inputmode", "numeric");
  await page.evaluate(() => navigator.clipboard.writeText("123 456\n"));
  await field.press("ControlOrMeta+v");
  expect((await sent).postDataJSON()).toMatchObject({ verificationCode: "123456" });
});
