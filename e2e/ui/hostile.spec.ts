import type { Page } from "@playwright/test";
import { expect, launch, launched, popup, test } from "./test.js";

const FIRST = { name: "Protect your account" };

/** Has a page write down what it is told; read by `heard`. */
async function listen(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const global = window as unknown as Record<string, any>;
    global["heard"] = [];
    addEventListener("message", (event) => global["heard"].push(event.data));
  });
}

const heard = (page: Page) => page.evaluate(() => (window as unknown as Record<string, any>)["heard"]);

const kept = (page: Page) => page.evaluate(() => JSON.stringify({ ...sessionStorage, ...localStorage }));

test("an opener that went to another site meanwhile hears nothing", async ({ page, site }) => {
  await listen(page);
  const opened = page.waitForEvent("popup");
  await launch(page, site, (await site.track("olga", "sign-up")).url, "window");
  const ui = await opened;
  await expect(ui.getByRole("heading", FIRST)).toBeVisible();
  expect((await heard(page)).length).toBeGreaterThan(0);
  await page.goto(site.evil);
  await ui.getByRole("button", { name: "Cancel" }).click();
  await expect(ui.getByRole("heading", { name: "That’s all" })).toBeVisible();
  expect(await heard(page)).toEqual([]);
});

test("what other frames of the page say to it changes nothing", async ({ page, site }) => {
  await launch(page, site, (await site.track("mona", "sign-up")).url, "popup");
  const ui = popup(page);
  await expect(ui.getByRole("heading", FIRST)).toBeVisible();
  await page.evaluate(async (evil) => {
    const target = document.querySelector<HTMLIFrameElement>("#__authsignal-popup-iframe")?.contentWindow;
    const words = ["AUTHSIGNAL_CLOSE_POPUP", "AUTHSIGNAL_READY"].map((event) => JSON.stringify({ event, token: "x" }));
    for (const word of [...words, { token: "x" }, { __proto__: null, height: 1 }, "null", "{"]) {
      target?.postMessage(word, "*");
    }
    const other = Object.assign(document.createElement("iframe"), { src: evil });
    document.body.append(other);
    await new Promise((loaded) => other.addEventListener("load", loaded));
  }, site.evil);
  await expect(ui.getByRole("heading", FIRST)).toBeVisible();
  await ui.getByRole("button", { name: "Cancel" }).click();
  expect((await launched(page)).token).toBeUndefined();
});

test("in a frame without an origin nothing of it runs", async ({ page, site }) => {
  const calls: string[] = [];
  page.on("request", (request) => calls.push(new URL(request.url()).pathname));
  const { url } = await site.track("sara", "sign-up");
  await page.goto(site.origin);
  const refused = page.waitForEvent("console", (message) => message.text().includes("origin 'null'"));
  await page.evaluate((url) => {
    const frame = document.createElement("iframe");
    frame.setAttribute("sandbox", "allow-scripts");
    frame.src = url;
    document.body.append(frame);
  }, url);
  await refused;
  expect(calls.filter((path) => path.startsWith("/v1/"))).toEqual([]);
});

test("the token goes nowhere but to the server and back to the application", async ({ page, site }) => {
  const seen: { to: string; from: string }[] = [];
  page.on("request", (request) => seen.push({ to: request.url(), from: request.headers()["referer"] ?? "" }));
  const redirectUrl = `${site.origin}/back?token=theirs`;
  const { url, token } = await site.track("theo", "sign-up", { redirectUrl });
  await launch(page, site, url);
  await page.getByRole("button", { name: "Code by e-mail" }).click();
  await page.getByLabel("E-mail address").fill("theo@example.com");
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByLabel("6-digit code").fill(await site.code("theo@example.com"));
  await page.getByRole("button", { name: "I have kept them" }).click();
  await page.waitForURL(`${site.origin}/back?token=*`);
  const back = new URL(page.url()).searchParams.getAll("token");
  expect(back).toHaveLength(1);
  expect(await site.validate(back[0] ?? "")).toMatchObject({ isValid: true });
  const holds = (text: string) => [token, back[0] ?? token].some((secret) => text.includes(secret));
  // What the application's own page does with it is the application's.
  const ours = seen.filter(({ to }) => new URL(to).origin !== site.origin);
  expect(ours.filter(({ to, from }) => holds(to) || holds(from)).map(({ to }) => to)).toEqual([url]);
  const theirs = seen.find(({ to }) => to === page.url());
  expect(theirs?.from).toBe("");
});

test("who comes back to the tab of another finds nothing to go on with", async ({ page, site }) => {
  const redirectUrl = `${site.origin}/back`;
  await site.call("POST", "/users/uma/authenticators", { verificationMethod: "EMAIL_OTP", email: "uma@example.com" });
  const { url } = await site.track("uma", "account", { redirectToSettings: true, redirectUrl });
  await launch(page, site, url);
  await page.getByLabel("6-digit code").fill(await site.code("uma@example.com"));
  await page.getByRole("button", { name: "Add another way" }).click();
  await page.getByRole("button", { name: "Go back" }).click();
  expect(await kept(page)).toContain("eyJ");
  await page.getByRole("button", { name: "Back to A shop" }).click();
  await page.waitForURL(`${redirectUrl}?token=*`);
  for (let steps = 0; steps < 2; steps++) {
    await page.goBack();
    await expect(page.getByRole("heading", { name: "There is nothing to do here" })).toBeVisible();
    expect(await kept(page)).not.toContain("eyJ");
  }
});

test("two clicks on one spot remove nothing", async ({ page, site }) => {
  for (const n of [1, 2]) {
    const email = `dina${n}@example.com`;
    await site.call("POST", "/users/dina/authenticators", { verificationMethod: "EMAIL_OTP", email });
  }
  const { url } = await site.track("dina", "account", { redirectToSettings: true });
  await launch(page, site, url);
  await page.getByLabel("6-digit code").fill(await site.code("dina1@example.com"));
  await page.getByRole("list").getByRole("button").nth(1).click();
  const remove = page.getByRole("button", { name: "Remove" });
  const { x, y } = await remove.boundingBox().then((box) => ({ x: (box?.x ?? 0) + 40, y: (box?.y ?? 0) + 10 }));
  await page.mouse.dblclick(x, y, { delay: 20 });
  await expect(page.getByRole("heading", { name: /^Remove “/ })).toBeVisible();
  expect(await site.call("GET", "/users/dina/authenticators")).toHaveLength(3);
});

test("words and names of others are text, whatever stands in them", async ({ page, site }) => {
  const evil = "<img src=x onerror=\"document.title='owned'\">{constructor}{__proto__}{name}";
  for (const language of ["__proto__x", "constructor"]) {
    await expect(site.setting({ prompts: { messages: { [language]: { "enrol.first.title": "x" } } } })).rejects.toThrow(
      "messages go by locale",
    );
  }
  await site.setting({ prompts: { messages: { en: { "enrol.first.title": evil } } } });
  await launch(page, site, (await site.track("xena", "sign-up")).url);
  await expect(page.getByRole("heading")).toHaveText(evil);
  await expect(page.locator("main img")).toHaveCount(0);
  await site.setting({ prompts: { messages: {} } });

  await site.call("POST", "/users/xena/authenticators", { verificationMethod: "EMAIL_OTP", email: "xena@example.com" });
  await launch(page, site, (await site.track("xena", "account", { redirectToSettings: true })).url);
  await page.getByLabel("6-digit code").fill(await site.code("xena@example.com"));
  await page.getByRole("list").getByRole("button").click();
  const name = "<b onclick=alert(1)>\u00e9</b>&amp;\"'";
  await page.getByLabel("Name").fill(name);
  await page.getByRole("button", { name: "Save the name" }).click();
  await expect(page.getByRole("heading", { name, exact: true })).toBeVisible();
  await page.getByLabel("Name").fill("\u200b\u2800");
  await page.getByRole("button", { name: "Save the name" }).click();
  await expect(page.getByRole("alert").filter({ hasText: /./ })).toBeVisible();
  await expect(page).not.toHaveTitle("owned");
});

for (const [locale, title] of [
  ["constructor", "How you confirm it’s you"],
  ["__proto__", "How you confirm it’s you"],
  ["../../en", "How you confirm it’s you"],
  ["de_AT", "So bestätigen Sie, dass Sie es sind"],
  ["de-x-<script>", "How you confirm it’s you"],
] as const) {
  test(`speaks whatever a user's locale says: ${locale}`, async ({ page, site }) => {
    const user = `loc${locale.length}`;
    const email = `${user}@example.com`;
    await site.call("POST", `/users/${user}/authenticators`, { verificationMethod: "EMAIL_OTP", email });
    const { url } = await site.track(user, "account", { redirectToSettings: true, locale });
    await launch(page, site, url);
    await page.getByRole("textbox").fill(await site.code(email));
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(title);
    await expect(page.getByRole("list").getByRole("button")).toHaveCount(1);
  });
}
