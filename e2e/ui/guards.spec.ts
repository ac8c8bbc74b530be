import type { Response } from "@playwright/test";
import { expect, frameInVain, launch, launched, popup, test } from "./test.js";

test("the page's headers keep others out", async ({ site }) => {
  const { url } = await site.track("hana", "sign-up");
  const headers = async (address: string) => (await site.get(address)).headers;
  const own = await headers(url);
  const policy = own["content-security-policy"] ?? "";
  expect(policy).toContain(`frame-ancestors ${site.origin}`);
  expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self';");
  expect(policy).not.toContain("unsafe");
  expect(own).toMatchObject({
    "cross-origin-opener-policy": "unsafe-none",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "strict-transport-security": expect.stringContaining("max-age=31536000"),
  });
  expect(own["x-frame-options"]).toBeUndefined();
  // A page that nobody opened, and one of a tenant that does not exist, may be framed by nobody.
  const base = `${site.server.url}/ui/`;
  for (const address of [base, `${base}?tenant=11111111-1111-4111-8111-111111111111`, `${base}?token=a.b.c`]) {
    expect((await headers(address))["content-security-policy"]).toContain("frame-ancestors 'none'");
  }
  const html = (await site.get(url)).text;
  expect(html).not.toMatch(/<script(?![^>]*\ssrc=)/);
  const script = /src="(\/ui\/assets\/[^"]+\.js)"/.exec(html)?.[1];
  expect((await headers(`${site.server.url}${script}`))["cache-control"]).toContain("immutable");
});

test("what it loads is small, its own, and loaded once", async ({ page, site }) => {
  const loaded: Response[] = [];
  page.on("response", (response) => loaded.push(response));
  const open = async (): Promise<void> => {
    loaded.length = 0;
    await page.goto((await site.track("hana", "sign-up")).url);
    await expect(page.getByRole("heading", { name: "Protect your account" })).toBeVisible();
  };
  await open();
  expect(new Set(loaded.map((response) => new URL(response.url()).origin))).toEqual(new Set([site.server.url]));
  for (const response of loaded) {
    const { pathname } = new URL(response.url());
    const headers = await response.allHeaders();
    if (!pathname.startsWith("/ui/assets/")) {
      expect(headers["cache-control"], pathname).toBe("no-store");
      continue;
    }
    // The name is that of the content, so that it may be kept for good.
    expect(pathname).toMatch(/-[\w-]{8}\.(js|css|svg)$/);
    expect(headers["cache-control"], pathname).toBe("public, max-age=31536000, immutable");
    expect(headers["vary"], pathname).toContain("accept-encoding");
    if (!pathname.endsWith(".svg")) expect(headers["content-encoding"], pathname).toBe("br");
  }
  await open();
  const again = await page.evaluate(() =>
    (performance.getEntriesByType("resource") as PerformanceResourceTiming[])
      .filter(({ name, transferSize }) => name.includes("/ui/assets/") && transferSize > 0)
      .map(({ name }) => name),
  );
  expect(again).toEqual([]);
});

test("a page of another site cannot frame it", async ({ page, site }) => {
  const { url } = await site.track("hana", "sign-up");
  await page.goto(site.evil);
  await frameInVain(page, url);
  await expect(page.frameLocator("iframe").getByRole("heading", { name: "Protect your account" })).toHaveCount(0);
});

test("a page of another site that opens it as a window is told nothing", async ({ page, site }) => {
  await page.goto(site.evil);
  const { url } = await site.track("hana", "block-me");
  await page.evaluate(() => {
    const global = window as unknown as Record<string, any>;
    global["heard"] = [];
    addEventListener("message", (event) => global["heard"].push(event.data));
  });
  const opened = page.waitForEvent("popup");
  await page.evaluate((url) => void window.open(`${url}&mode=popup`), url);
  const ui = await opened;
  await expect(ui.getByRole("heading", { name: "Protect your account" })).toBeVisible();
  await ui.getByRole("button", { name: "Cancel" }).click();
  await expect(ui.getByRole("heading", { name: "That’s all" })).toBeVisible();
  expect(await page.evaluate(() => (window as unknown as Record<string, any>)["heard"])).toEqual([]);
});

test("a token that is none, or another tenant's, opens nothing", async ({ page, site }) => {
  await page.goto(`${site.server.url}/ui/?token=nonsense`);
  await expect(page.getByRole("heading", { name: "There is nothing to do here" })).toBeVisible();
  const { token } = await site.track("hana", "sign-up");
  await page.goto(`${site.server.url}/ui/?token=${token.slice(0, -4)}AAAA`);
  await expect(page.getByRole("heading", { name: "This took too long" })).toBeVisible();
  // What a tab remembers belongs to the tenant of its address.
  await page.goto(`${site.server.url}/ui/?token=${token}`);
  await expect(page.getByRole("heading", { name: "Protect your account" })).toBeVisible();
  await page.goto(`${site.server.url}/ui/?tenant=11111111-1111-4111-8111-111111111111`);
  await expect(page.getByRole("heading", { name: "There is nothing to do here" })).toBeVisible();
});

test("closing the popup gives no token, and a second launch works", async ({ page, site }) => {
  const { url } = await site.track("hana", "sign-up");
  await launch(page, site, url, "popup");
  await expect(popup(page).getByRole("heading", { name: "Protect your account" })).toBeVisible();
  await page.keyboard.press("Escape");
  expect((await launched(page)).token).toBeUndefined();
  await launch(page, site, url, "popup");
  await expect(popup(page).getByRole("heading", { name: "Protect your account" })).toBeVisible();
});
