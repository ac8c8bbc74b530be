import { mkdirSync } from "node:fs";
import { expect, test } from "./support/test.js";

const PICTURES = new URL("./test-results/pictures/", import.meta.url).pathname;
mkdirSync(PICTURES, { recursive: true });

for (const [api, path] of [
  ["Server API", "/v1/validate"],
  ["Client API", "/v1/client/verify/passkey"],
  ["Management API", "/v1/management/preview"],
] as const) {
  test(`the ${api} reference is drawn from the schema, with no other host`, async ({ page, server }) => {
    const complaints: string[] = [];
    page.on("request", (request) => {
      if (!request.url().startsWith(server.url) && !request.url().startsWith("data:")) complaints.push(request.url());
    });
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
    });

    await page.goto(`${server.url}/docs/`);
    await page.getByRole("heading", { name: api }).getByRole("link").click();
    const operation = page.locator(".opblock-summary-path", { hasText: path }).first();
    await expect(operation).toBeVisible();
    await operation.click();
    await expect(page.getByText("Responses").first()).toBeVisible();
    await page.screenshot({ path: `${PICTURES}docs-${api.replace(" ", "-").toLowerCase()}.png` });
    expect(complaints).toEqual([]);
  });
}

test("the index and its pages work in the dark", async ({ page, server }) => {
  await page.emulateMedia({ colorScheme: "dark" });
  await page.goto(`${server.url}/docs/client.html`);
  await expect(page.locator(".opblock").first()).toBeVisible();
  const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  expect(background).not.toBe("rgb(255, 255, 255)");
});
