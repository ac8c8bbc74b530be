import { Application } from "./browser-sdk/application.js";
import { newestLink } from "./support/inbox.js";
import { LOOKS, picture } from "./support/pictures.js";
import { expect, test } from "./support/test.js";

for (const { look, viewport, colorScheme } of LOOKS) {
  test.describe(look, () => {
    test.use({ viewport, colorScheme });

    test("the inbox shows what would have been sent, and takes in what comes", async ({ page, server }) => {
      await fetch(`${server.url}/dev/inbox`, { method: "DELETE" });
      const application = await Application.start(server);
      await application.settings({ sms: { countries: ["NZ"] } });
      const send = async (path: string, body: object): Promise<void> => {
        const { token } = await application.track(`ada-${path}`, "sign-up", { locale: "en" });
        await fetch(`${server.apiUrl}/client/user-authenticators/${path}`, {
          method: "POST",
          headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
          body: JSON.stringify(body),
        });
      };
      await page.goto(`${server.url}/dev/inbox`);
      await expect(page.getByText("No message yet")).toBeVisible();
      await picture(page, `${look}-inbox-empty`);

      await send("email-otp", { email: "ada@example.com" });
      await expect(page.getByRole("article")).toHaveCount(1);
      await page.getByText("Text", { exact: true }).click();
      await expect(page.getByText("Never tell this code")).toBeVisible();
      await send("sms", { phoneNumber: "+64210000789" });
      await send("email-magic-link", { email: "a.very.long.address.of.ada.lovelace@analytical-engines.example.com" });
      await expect(page.getByRole("article")).toHaveCount(3);
      await expect(page.getByText("Never tell this code"), "what was open stays open").toBeVisible();
      await page.getByText("Page", { exact: true }).first().click();
      const mail = page.frameLocator("iframe").first();
      await expect(mail.getByRole("link", { name: "Continue" })).toBeVisible();
      await picture(page, `${look}-inbox`, { fullPage: true });

      const opened = page.waitForEvent("popup");
      await mail.getByRole("link", { name: "Continue" }).click();
      const link = await newestLink(server, "a.very.long.address.of.ada.lovelace@analytical-engines.example.com");
      await expect(await opened).toHaveURL(link);
      await application.stop();
    });
  });
}
