import { mkdirSync } from "node:fs";
import { expect, type Page } from "@playwright/test";

const FOLDER = new URL("../test-results/pictures/", import.meta.url).pathname;
mkdirSync(FOLDER, { recursive: true });

/** The windows in which pages have to look right. */
export const LOOKS = [
  { look: "wide", viewport: { width: 1280, height: 900 }, colorScheme: "light" },
  { look: "narrow", viewport: { width: 390, height: 844 }, colorScheme: "light" },
  { look: "dark", viewport: { width: 1280, height: 900 }, colorScheme: "dark" },
] as const;

/** Keeps a picture of the page, once nothing moves any more. It has to fit its window from side to side. */
export async function picture(page: Page, name: string, options: { fullPage?: boolean } = {}): Promise<void> {
  // Settled, not fulfilled: an animation whose element leaves the page is over too, and says so by a rejection. One without an end
  // is not waited for.
  await page.evaluate(() => {
    const ends = (animation: Animation) => animation.effect?.getComputedTiming().endTime !== Infinity;
    return Promise.allSettled(
      document
        .getAnimations()
        .filter(ends)
        .map((animation) => animation.finished),
    );
  });
  const sideways = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  expect(sideways, `${name} scrolls sideways`).toBe(0);
  await page.screenshot({ path: `${FOLDER}${name}.png`, ...options });
}

/** What is wider than its place, as the beginning of its HTML. */
export function cutOff(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll("main *")]
      .filter((part) => part.scrollWidth > part.clientWidth + 1 && getComputedStyle(part).display !== "inline")
      .filter((part) => !part.matches(".unseen, input"))
      .map((part) => part.outerHTML.slice(0, 120)),
  );
}
