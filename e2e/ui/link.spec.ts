import type { Browser } from "@playwright/test";
import { test as base, expect } from "../browser-sdk/test.js";
import type { Application } from "../browser-sdk/application.js";
import { complaints } from "../support/axe.js";
import { newestLink } from "../support/inbox.js";
import { LinkPage } from "../support/link-page.js";
import { LOOKS, picture as keep } from "../support/pictures.js";

const ADDRESS = "ada@example.com";
/** A link that was asked for, and what its page that asked hears of it. */
class Asked {
  constructor(
    readonly link: string,
    private readonly poll: () => Promise<{ isVerified: boolean; failureReason?: string }>,
  ) {}

  async isVerified(): Promise<boolean> {
    return (await this.poll()).isVerified;
  }
}

async function ask(application: Application, user: string, action = "sign-up"): Promise<Asked> {
  const { token } = await application.track(user, action);
  const call = async (path: string, body: object): Promise<any> => {
    const answer = await fetch(`${application.server.apiUrl}/client/${path}`, {
      method: "POST",
      headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
      body: JSON.stringify(body),
    });
    return answer.json();
  };
  await call("user-authenticators/email-magic-link", { email: ADDRESS });
  const link = await newestLink(application.server, ADDRESS);
  return new Asked(link, () => call("verify/email-magic-link/finalize", {}));
}

const test = base.extend<{ asked: Asked; reader: LinkPage }>({
  asked: async ({ application }, use) => use(await ask(application, "ada")),
  reader: async ({ page }, use) => use(new LinkPage(page)),
});

test("the page says what it would do, and the button does it", async ({ asked, reader }) => {
  await reader.open(asked.link);
  await expect(reader.page).toHaveTitle("Is this you? – An application");
  for (const shown of ["An application", "sign up", "a***@example.com", "just now"])
    await expect(reader.page.getByText(shown).first()).toBeVisible();
  expect(await asked.isVerified()).toBe(false);
  await reader.yes.click();
  await expect(reader.heading).toHaveText("Done");
  expect(await asked.isVerified()).toBe(true);
  await reader.open(asked.link, "This link is over");
});

test("scanners that run scripts, follow links and send HEAD spend nothing", async ({ asked, reader, browser }) => {
  for (let n = 0; n < 3; n += 1) {
    const context = await browser.newContext();
    const scanner = new LinkPage(await context.newPage());
    await scanner.open(asked.link);
    const statuses = await scanner.page.evaluate(async (link) => {
      const head = await fetch(link, { method: "HEAD" }).then(
        ({ status }) => status,
        () => "refused by the page's policy",
      );
      for (const link of document.querySelectorAll("a")) link.click();
      return [head, document.scripts.length];
    }, asked.link);
    expect(statuses).toEqual(["refused by the page's policy", 0]);
    expect((await context.request.head(asked.link)).status()).toBe(200);
    await context.close();
  }
  expect(await asked.isVerified()).toBe(false);
  await reader.open(asked.link);
  await reader.yes.click();
  expect(await asked.isVerified()).toBe(true);
});

test("pressed twice it counts once, and says that it counted", async ({ asked, reader }) => {
  await reader.open(asked.link);
  await reader.yes.dblclick();
  await expect(reader.heading).toHaveText(/^(Done|This link is over)$/);
  await expect(reader.page.getByText(/go back to/)).toBeVisible();
  expect(await asked.isVerified()).toBe(true);
});

test("with the keyboard alone: yes comes first, then no", async ({ asked, reader }) => {
  await reader.open(asked.link);
  await reader.page.keyboard.press("Tab");
  await expect(reader.yes).toBeFocused();
  await reader.page.keyboard.press("Tab");
  await expect(reader.no).toBeFocused();
  await reader.page.keyboard.press("Shift+Tab");
  await reader.page.keyboard.press("Enter");
  await expect(reader.heading).toHaveText("Done");
  expect(await asked.isVerified()).toBe(true);
});

test("who says no stops it, in every other tab too", async ({ asked, reader, context }) => {
  const other = new LinkPage(await context.newPage());
  await other.open(asked.link);
  await reader.open(asked.link);
  await reader.no.click();
  await expect(reader.heading).toHaveText("Thank you");
  await other.yes.click();
  await expect(other.heading).toHaveText(/This link is over|Is this you\?/);
  expect(await asked.isVerified()).toBe(false);
});

test("a page whose cookie is gone asks once more", async ({ asked, reader, context }) => {
  await reader.open(asked.link);
  await context.clearCookies();
  await reader.yes.click();
  await expect(reader.page.getByRole("alert")).toContainText("press the button once more");
  expect(await asked.isVerified()).toBe(false);
  await reader.yes.click();
  await expect(reader.heading).toHaveText("Done");
});

test("another site's form cannot press the button", async ({ asked, reader, application, server }) => {
  await reader.open(asked.link);
  const binding = await reader.page.locator("input[name=binding]").getAttribute("value");
  const token = new URL(asked.link).searchParams.get("token");
  await reader.page.goto(application.origin.replace("localhost", "127.0.0.1"));
  await reader.page.evaluate(
    ([action, token, binding]) => {
      const form = Object.assign(document.createElement("form"), { method: "post", action });
      for (const [name, value] of Object.entries({ token, binding, answer: "yes" }))
        form.append(Object.assign(document.createElement("input"), { name, value }));
      document.body.append(form);
      form.submit();
    },
    [`${server.url}/ui/magic-link`, token, binding] as const,
  );
  await expect(reader.page.getByRole("alert")).toContainText("did not come from this page");
  expect(await asked.isVerified()).toBe(false);
});

test("an expired link and one that never was look alike", async ({ asked, reader, server }) => {
  await server.advance(601);
  const texts: string[] = [];
  for (const link of [asked.link, `${server.url}/ui/magic-link?token=x`, `${server.url}/ui/magic-link`]) {
    await reader.open(link, "This link is over");
    texts.push(await reader.page.getByRole("main").innerText());
  }
  expect(new Set(texts).size).toBe(1);
});

for (const { look, viewport, colorScheme } of LOOKS) {
  test(`${look}: every state draws itself within the window`, async ({ browser, application, asked, server }) => {
    const reader = await open(browser, { viewport, colorScheme });
    const picture = (name: string): Promise<void> => keep(reader.page, `${look}-link-${name}`, { fullPage: true });
    await reader.open(asked.link);
    await picture("asks");
    expect(await complaints(reader.page)).toEqual([]);
    await reader.page.context().clearCookies();
    await reader.yes.click();
    await expect(reader.page.getByRole("alert")).toBeVisible();
    await picture("again");
    await reader.yes.click();
    await expect(reader.heading).toHaveText("Done");
    await picture("done");
    await reader.open(asked.link, "This link is over");
    await picture("over");
    await reader.open((await ask(application, "eve", "change-of-the-payout-account-and-its-owner")).link);
    await picture("asks-at-length");
    await reader.no.click();
    await expect(reader.heading).toHaveText("Thank you");
    await picture("refused");
    await reader.open(`${server.url}/ui/nothing`, "There is no such page");
    await picture("problem");
    await reader.page.context().close();
  });
}

// The words are the server's; here it counts that they fit, and that a screen reader gets on with them.
for (const [locale, direction] of [
  ["de", "ltr"],
  ["fr", "ltr"],
  ["es", "ltr"],
  ["ja", "ltr"],
  ["ar", "rtl"],
] as const) {
  test(`in ${locale}: every page fits, and axe finds nothing`, async ({ browser, application, server }) => {
    test.setTimeout(90_000);
    const { link } = await ask(application, "ada", "change-of-the-payout-account-and-its-owner");
    for (const { look, viewport, colorScheme } of LOOKS.slice(1)) {
      const { page } = await open(browser, { viewport, colorScheme, locale });
      const shows = async (name: string): Promise<void> => {
        await expect(page.locator("html")).toHaveAttribute("lang", locale);
        await expect(page.locator("html")).toHaveAttribute("dir", direction);
        await keep(page, `${look}-link-${locale}-${name}`, { fullPage: true });
        expect(await complaints(page), name).toEqual([]);
      };
      await page.goto(link);
      await shows("asks");
      await page.context().clearCookies();
      await page.locator("button[value=no]").click();
      await shows("again");
      if (look === "narrow") {
        await page.goto(`${server.url}/ui/magic-link?token=x`);
        await shows("over");
        await page.goto(`${server.url}/ui/nothing`);
        await shows("problem");
      } else {
        await page.locator("button[value=no]").click();
        await shows("refused");
      }
      await page.context().close();
    }
  });
}

test("in the tenant's colours, light and dark, it can be read", async ({ browser, application }) => {
  const theme = { primary: "#ffd400", background: "#fff7cc", radius: 0, font: "Georgia, serif" };
  await application.settings({ prompts: { theme } });
  const { link } = await ask(application, "ada");
  for (const { look, viewport, colorScheme } of LOOKS) {
    const { page } = await open(browser, { viewport, colorScheme });
    await page.goto(link);
    await expect(page.getByRole("button").first()).toHaveCSS("background-color", "rgb(255, 212, 0)");
    await keep(page, `${look}-link-themed`, { fullPage: true });
    expect(await complaints(page)).toEqual([]);
    await page.context().close();
  }
});

test("at 320 pixels nothing of it is cut", async ({ browser, asked }) => {
  const { page } = await open(browser, { viewport: { width: 320, height: 256 }, locale: "de" });
  await page.goto(asked.link);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
  await page.context().close();
});

async function open(browser: Browser, options: Parameters<Browser["newContext"]>[0]): Promise<LinkPage> {
  return new LinkPage(await (await browser.newContext(options)).newPage());
}
