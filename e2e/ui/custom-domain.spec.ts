import { Authenticator } from "../support/authenticator.js";
import { LinkPage } from "../support/link-page.js";
import { BRAND, BRAND_AUTH, type Site } from "./site.js";
import { expect, frameInVain, launch, launched, popup, test as base } from "./test.js";

const UI = `https://${BRAND_AUTH}`;
const RELATED = "https://www.brand-shop.test";

/** The site of a tenant whose pre-built UI is on a host of its own. */
const test = base.extend<object, { brand: Site }>({
  brand: [
    async ({ site }, use) => {
      const { server, port } = site;
      const tenant = await server.createTenant("A brand", "brand.test", [`https://${BRAND}:${port}`]);
      const settings = JSON.stringify({ customDomain: BRAND_AUTH, relatedOrigins: [RELATED] });
      await server.command("tenant", "update", "--tenant", tenant.tenantId, "--settings", settings);
      await use(site.as(tenant, BRAND));
    },
    { scope: "worker" },
  ],
});

// Three launches, each with a proof.
test.setTimeout(120_000);

test("users see the tenant's host alone, in a popup, in a window and by redirect", async ({ page, brand }) => {
  await Authenticator.add(page);
  const first = await brand.track("bo", "sign-up");
  expect(first.url).toContain(`${UI}/ui/?token=`);
  await launch(page, brand, first.url, "popup");
  const ui = popup(page);
  await ui.getByRole("button", { name: "Set up a passkey" }).click();
  await ui.getByRole("button", { name: "Set up a passkey", exact: true }).click();
  await ui.getByRole("button", { name: "I have kept them" }).click();
  const enrolled = await launched(page);
  expect(await brand.validate(enrolled.token ?? "")).toMatchObject({ isValid: true, verificationMethod: "PASSKEY" });

  const opened = page.waitForEvent("popup");
  await launch(page, brand, (await brand.track("wim", "sign-up")).url, "window");
  const window = await opened;
  await window.getByRole("button", { name: "Code by e-mail" }).click();
  expect(new URL(window.url()).origin).toBe(UI);
  await window.getByLabel("E-mail address").fill("wim@example.com");
  await window.getByRole("button", { name: "Continue" }).click();
  await window.getByLabel("6-digit code").fill(await brand.code("wim@example.com"));
  await window.getByRole("button", { name: "I have kept them" }).click();
  const told = await launched(page);
  expect(await brand.validate(told.token ?? "")).toMatchObject({ isValid: true, verificationMethod: "EMAIL_OTP" });

  const redirectUrl = `${brand.origin}/back`;
  await launch(page, brand, (await brand.track("bo", "order", { redirectUrl })).url);
  await page.getByRole("button", { name: "Use your passkey" }).click();
  await page.waitForURL(`${redirectUrl}?token=*`);
  const token = new URL(page.url()).searchParams.get("token") ?? "";
  expect(await brand.validate(token)).toMatchObject({ isValid: true, action: "order", verificationMethod: "PASSKEY" });
});

test("a link by e-mail leads to the tenant's host, and its page's cookie stays there", async ({ page, brand }) => {
  await launch(page, brand, (await brand.track("lin", "sign-up", { redirectUrl: brand.origin })).url);
  await page.getByRole("button", { name: "Link by e-mail" }).click();
  await page.getByLabel("E-mail address").fill("lin@example.com");
  await page.getByRole("button", { name: "Continue" }).click();
  const address = await brand.link("lin@example.com");
  expect(address).toContain(`${UI}/ui/magic-link?token=`);

  const link = new LinkPage(await page.context().newPage());
  await link.open(address);
  const cookies = await page.context().cookies(UI);
  // The published SDK keeps one of its own for the whole of the application's domain.
  expect(cookies.filter(({ name }) => name !== "__as_aid")).toEqual([
    expect.objectContaining({ name: "__Host-countersign_link", domain: BRAND_AUTH, secure: true, httpOnly: true }),
  ]);
  await link.yes.click();
  await expect(link.heading).toHaveText("Done");
  await expect(page.getByRole("heading", { name: "Keep these recovery codes" })).toBeVisible();
});

test("its pages frame it and no others, and its well-known files are its own", async ({ page, site, brand }) => {
  const { url } = await brand.track("bo", "frame");
  const { headers } = await brand.get(url);
  expect(headers["content-security-policy"]).toContain(`frame-ancestors ${brand.origin}`);
  expect(headers["content-security-policy"]).not.toContain(site.origin);
  await page.goto(site.origin);
  await frameInVain(page, url);

  const related = await brand.get(`${UI}/.well-known/webauthn`);
  expect(JSON.parse(related.text)).toEqual({ origins: [RELATED] });
  expect(related.headers["content-type"]).toBe("application/json");
  // The relying party's own host is the tenant's too; a host that is nobody's is not.
  expect((await brand.get("https://brand.test/.well-known/webauthn")).text).toBe(related.text);
  expect((await brand.get("https://other.test/.well-known/webauthn")).status).toBe(404);
  expect((await brand.get(`${UI}/readyz`)).headers["strict-transport-security"]).toContain("max-age=31536000");
});

test("a token of another tenant shows nothing under it", async ({ page, site, brand }) => {
  const { token } = await site.track("mia", "sign-up");
  expect((await brand.track("mia", "sign-up")).url).toContain(UI);
  await page.goto(`${UI}/ui/?token=${token}`);
  await expect(page.getByRole("heading", { name: "This took too long" })).toBeVisible();
  await expect(page.getByText("A shop")).toHaveCount(0);
  // At the server's own address it is what it was.
  await page.goto(`${site.server.url}/ui/?token=${token}`);
  await expect(page.getByRole("heading", { name: "Protect your account" })).toBeVisible();
});
