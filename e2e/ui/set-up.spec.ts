import { Authenticator } from "../support/authenticator.js";
import { HARBOUR, type Site } from "./site.js";
import { expect, launch, launched, popup, test as base } from "./test.js";

/** The site of a tenant whose relying party ID does not fit the host of the pre-built UI. */
const test = base.extend<object, { harbour: Site }>({
  harbour: [
    async ({ site }, use) => {
      const { server, port } = site;
      await use(site.as(await server.createTenant("Harbour", "harbour.test", [`https://${HARBOUR}:${port}`]), HARBOUR));
    },
    { scope: "worker" },
  ],
});

test.setTimeout(90_000);

test("where passkeys cannot work the user is led on, and whoever runs the site is told what to set", async ({
  page,
  harbour,
}) => {
  await Authenticator.add(page);
  const warned = page.waitForEvent("console", (message) => message.type() === "warning");
  await launch(page, harbour, (await harbour.track("uma", "sign-up")).url, "popup");
  const ui = popup(page);
  await ui.getByRole("button", { name: "Set up a passkey" }).click();
  await expect(ui.getByRole("heading", { name: "Set up a passkey" })).toBeFocused();
  await expect(ui.getByText("This way can’t be used on this page")).toBeVisible();
  const remedy = "countersign tenant update --custom-domain auth.harbour.test";
  await expect(ui.getByText(remedy)).toBeHidden();
  await ui.getByText("For whoever runs this site").click();
  await expect(ui.getByText(remedy)).toBeVisible();
  expect((await warned).text()).toContain(remedy);
  // The command that looks for such things says the same words.
  const { findings } = JSON.parse(await harbour.server.command("doctor", "--json")) as { findings: { text: string }[] };
  const advice = await ui.getByText(remedy).innerText();
  expect(findings.map(({ text }) => text)).toContain(`Tenant Harbour: ${advice}`);

  await ui.getByRole("button", { name: "Try another way" }).click();
  await ui.getByRole("button", { name: "Code by e-mail" }).click();
  await ui.getByLabel("E-mail address").fill("uma@example.com");
  await ui.getByRole("button", { name: "Continue" }).click();
  await ui.getByLabel("6-digit code").fill(await harbour.code("uma@example.com"));
  await ui.getByRole("button", { name: "I have kept them" }).click();
  // No passkey is offered that could not be used: that was all.
  const { token } = await launched(page);
  expect(await harbour.validate(token ?? "")).toMatchObject({ isValid: true, verificationMethod: "EMAIL_OTP" });
});

test("where they can work nobody is told anything", async ({ page, site }) => {
  await launch(page, site, (await site.track("ute", "sign-up")).url);
  await page.getByRole("button", { name: "Set up a passkey" }).click();
  await expect(page.getByRole("button", { name: "Set up a passkey", exact: true })).toBeVisible();
  await expect(page.getByText("For whoever runs this site")).toHaveCount(0);
});

test("a popup that never got an answer says to close it, and the application is told nothing", async ({
  page,
  site,
}) => {
  const { url } = await site.track("xia", "sign-up");
  await launch(page, site, `${url.slice(0, -4)}AAAA`, "popup");
  const ui = popup(page);
  await expect(ui.getByRole("heading", { name: "This took too long" })).toBeVisible();
  await expect(ui.getByText("Close it and begin again")).toBeVisible();
  await expect(ui.getByRole("button")).toHaveCount(0);
  // As a page of its own there is nothing to close.
  await page.goto(`${url.slice(0, -4)}AAAA`);
  await expect(page.getByText("Go back to where you came from")).toBeVisible();
});

test("what was passed stays passed over a reload", async ({ page, site }) => {
  await Authenticator.add(page);
  await launch(page, site, `${(await site.track("pia", "sign-up")).url}&force_enrollment=true`);
  await page.getByRole("button", { name: "Code by e-mail" }).click();
  await page.getByLabel("E-mail address").fill("pia@example.com");
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByLabel("6-digit code").fill(await site.code("pia@example.com"));
  await expect(page.getByRole("button", { name: "Save as a file" })).toBeVisible();
  await page.reload();
  // Not another enrolment: that was what the page was opened for.
  await expect(page.getByRole("heading", { name: "Faster and safer next time" })).toBeVisible();
});
