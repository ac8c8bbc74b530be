import { test as base, chromium, type Browser, type FrameLocator, type Page } from "@playwright/test";
import { Site } from "./site.js";

export { expect } from "@playwright/test";

/** A test on the shop's hosts, in a browser that finds them. */
export const test = base.extend<{ page: Page }, { site: Site; shopBrowser: Browser }>({
  site: [
    async ({}, use) => {
      const site = await Site.start();
      await use(site);
      await site.stop();
    },
    { scope: "worker" },
  ],
  shopBrowser: [
    async ({ site, launchOptions }, use) => {
      const args = [...(launchOptions.args ?? []), ...site.browserArguments];
      const browser = await chromium.launch({ ...launchOptions, args });
      await use(browser);
      await browser.close();
    },
    { scope: "worker" },
  ],
  page: async ({ shopBrowser }, use) => {
    const context = await shopBrowser.newContext();
    await use(await context.newPage());
    await context.close();
  },
});

/** Opens the UI as the shop's page would, by the unmodified SDK. What `launch` gives is awaited by `launched`. */
export async function launch(page: Page, site: Site, url: string, mode?: "popup" | "window"): Promise<void> {
  await page.goto(site.origin);
  await page.evaluate(
    ([tenantId, baseUrl, url, mode]) => {
      const global = window as unknown as Record<string, any>;
      const sdk = new global["authsignal"].Authsignal({ tenantId, baseUrl });
      global["launched"] = sdk.launch(url, mode ? { mode } : undefined);
    },
    [site.tenant.tenantId, site.server.apiUrl, url, mode] as const,
  );
}

/** What the SDK's `launch` came to. */
export function launched(page: Page): Promise<{ token?: string }> {
  return page.evaluate(() => (window as unknown as Record<string, any>)["launched"]);
}

/** Frames a page in the one that is open. */
export function frame(page: Page, url: string): Promise<void> {
  return page.evaluate((url) => {
    document.body.append(Object.assign(document.createElement("iframe"), { src: url }));
  }, url);
}

/** The same where the browser has to refuse; waits until it did. */
export async function frameInVain(page: Page, url: string): Promise<void> {
  const blocked = page.waitForEvent("console", (message) => message.text().includes("frame-ancestors"));
  await frame(page, url);
  await blocked;
}

/** The UI in the SDK's popup. */
export function popup(page: Page): FrameLocator {
  return page.frameLocator("#__authsignal-popup-iframe");
}
