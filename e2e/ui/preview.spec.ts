import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { picture } from "../support/pictures.js";
import type { Site } from "./site.js";
import { expect, frame, frameInVain, test } from "./test.js";

const LOGO = `data:image/svg+xml;base64,${Buffer.from(
  `<svg xmlns="http://www.w3.org/2000/svg" width="150" height="36" onload="alert(1)"><script>alert(1)</script><circle cx="18" cy="18" r="16" fill="#5b2a86"/><path d="M44 12h96v12H44z" fill="#5b2a86"/></svg>`,
).toString("base64")}`;
const DRAFT = {
  theme: {
    name: "Harbour Savings",
    primaryColor: "#5b2a86",
    logoUrl: LOGO,
    borders: { buttonBorderRadius: 4 },
    pageBackground: { backgroundColor: "#efe8f5" },
    darkMode: { primaryColor: "#c9a7e8" },
  },
  messageOverrides: { en: { "done.title": "Well <b>done</b>" }, ar: { "done.title": "أحسنت" } },
};

// axe reads every page whole.
test.setTimeout(120_000);

/** The heading of each kind's page. */
const KINDS = {
  Confirm: "Confirm it’s you",
  Enrol: "Protect your account",
  "Recovery codes": "Keep these recovery codes",
  "Offer of a passkey": "Faster and safer next time",
  Settings: "How you confirm it’s you",
  Done: "Well <b>done</b>",
  Blocked: "This can’t be done",
  "In review": "We are looking into it",
  "Too many tries": "That was wrong too often",
};

async function open(page: Page, site: Site, query = ""): Promise<string> {
  const { url } = await site.manage("POST", "/preview", DRAFT);
  await page.goto((url as string).replace("#", `${query}#`));
  await expect(page.getByRole("region", { name: "Preview" })).toContainText("nothing is sent");
  return url as string;
}

/** What the page asks of any server from now on. */
function asked(page: Page): string[] {
  const calls: string[] = [];
  page.on("request", (request) => {
    const { protocol, pathname } = new URL(request.url());
    if (protocol !== "data:" && !pathname.startsWith("/ui/")) calls.push(`${request.method()} ${pathname}`);
  });
  page.on("dialog", (dialog) => void calls.push(dialog.message()));
  return calls;
}

test("every page is shown with looks and words that are not saved, and nothing is sent", async ({ page, site }) => {
  const before = await site.manage("GET", "/theme");
  const calls = asked(page);
  await open(page, site);
  for (const [kind, heading] of Object.entries(KINDS)) {
    await page.getByLabel("Page").selectOption(kind);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(heading);
    await expect(page.getByRole("img", { name: "Harbour Savings" })).toBeVisible();
  }
  await page.getByLabel("Page").selectOption("Enrol");
  await page.getByRole("button", { name: "Code by e-mail" }).click();
  await page.getByLabel("E-mail address").fill("somebody@example.com");
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByLabel("6-digit code").fill("000000");
  await expect(page.getByRole("alert").filter({ hasText: "This code is wrong" })).toBeVisible();
  await page.getByLabel("6-digit code").fill("123456");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Well <b>done</b>");
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(page.getByRole("heading", { name: "That’s all" })).toBeVisible();

  await page.getByLabel("Page").selectOption("Settings");
  await page.getByRole("main").getByRole("button").first().click();
  await page.getByRole("button", { name: "Remove" }).click();
  await page.getByRole("button", { name: "Remove" }).click();
  await expect(page.getByText("was removed")).toBeVisible();
  expect(calls).toEqual(["POST /v1/client/preview"]);
  expect(await site.manage("GET", "/theme")).toEqual(before);
  expect(await page.evaluate(() => ({ ...localStorage, ...sessionStorage }))).toEqual({});
});

test("it runs no ceremony, and the browser would not let it", async ({ page, site }) => {
  const url = await open(page, site);
  await page.getByRole("button", { name: "Use your passkey" }).click();
  await expect(page.getByRole("alert")).toContainText("the dialogue was closed");
  const refused = await page.evaluate(() =>
    navigator.credentials
      .get({ publicKey: { challenge: new Uint8Array(32), rpId: "shop.test" } })
      .then(String, (error: Error) => error.name),
  );
  expect(refused).toBe("NotAllowedError");
  const { headers } = await site.get(url);
  expect(headers["permissions-policy"]).toContain("publickey-credentials-get=()");
  expect(headers["content-security-policy"]).toContain(`frame-ancestors ${site.server.url} ${site.origin}`);
  expect(headers["content-security-policy"]).not.toContain("unsafe");
});

test("language and mode are chosen, and stay over a reload", async ({ page, site }) => {
  await open(page, site, "&kind=DONE&locale=ar&mode=dark");
  await expect(page.getByRole("heading", { name: "أحسنت" })).toBeVisible();
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  expect(await page.locator("html").getAttribute("dir")).toBe("rtl");
  expect(await ground()).toBe("rgb(19, 22, 21)");
  await page.getByLabel("Mode").selectOption("Light");
  await page.getByLabel("Language").selectOption("English");
  await page.reload();
  await expect(page.getByRole("heading", { name: "Well" })).toBeVisible();
  expect([await page.locator("html").getAttribute("dir"), await ground()]).toEqual(["ltr", "rgb(239, 232, 245)"]);
});

test("the tenant's pages may frame it, others may not", async ({ page, site }) => {
  const { url } = await site.manage("POST", "/preview", DRAFT);
  await page.goto(site.origin);
  await frame(page, url as string);
  await expect(page.frameLocator("iframe").getByRole("heading", { name: "Confirm it’s you" })).toBeVisible();
  await page.goto(site.evil);
  await frameInVain(page, url as string);
});

test("what was not made by the tenant is not shown, and what was ends", async ({ page, site }) => {
  const url = await open(page, site);
  for (const bad of [`${url.slice(0, -4)}AAAA`, url.replace(/#.*/, ""), url.replace(/tenant=[^#]*/, "tenant=none")]) {
    await page.goto("about:blank");
    await page.goto(bad);
    await expect(page.getByRole("heading", { name: /There is no such preview|No connection/ })).toBeVisible();
    await expect(page.getByRole("region", { name: "Preview" })).toHaveCount(0);
  }
  await page.clock.install();
  await page.goto("about:blank");
  await page.goto(url);
  await expect(page.getByRole("heading", { name: "Confirm it’s you" })).toBeVisible();
  await page.clock.runFor("10:01");
  await expect(page.getByRole("heading", { name: "This preview has ended" })).toBeVisible();
});

for (const [look, locale, mode, width] of [
  ["wide", "en", "light", 1280],
  ["dark", "en", "dark", 1280],
  ["narrow", "de", "light", 385],
  ["narrow-ar", "ar", "dark", 385],
] as const) {
  test(`looks right and reads well: preview, ${look}`, async ({ page, site }) => {
    await page.setViewportSize({ width, height: 900 });
    await open(page, site, `&locale=${locale}&mode=${mode}`);
    for (const kind of ["Confirm", "Enrol", "Settings", "Done"]) {
      await page.getByLabel("Page").selectOption(kind);
      await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
      await picture(page, `ui-preview-${look}-${kind.toLowerCase()}`, { fullPage: true });
      const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).analyze();
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ""}`)).toEqual([]);
    }
  });
}
