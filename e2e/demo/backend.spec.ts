import { expect, test } from "../support/test.js";
import { Customer } from "./shop.js";

test("requests from another site are refused", async ({ request, server }) => {
  for (const origin of ["http://evil.example", "null", `${server.url}.evil.example`, "http://localhost:1"]) {
    const answer = await request.post(`${server.url}/demo/api/sign-out`, { headers: { origin }, data: {} });
    expect(answer.status(), origin).toBe(403);
    expect(await answer.json()).toMatchObject({ error: "foreign_origin" });
  }
  const silent = await request.post(`${server.url}/demo/api/sign-out`, { data: {} });
  expect(silent.status()).toBe(403);
});

test("a form cannot post to the shop", async ({ request, server }) => {
  const answer = await request.post(`${server.url}/demo/api/sign-out`, {
    headers: { origin: server.url },
    form: { any: "thing" },
  });
  expect(answer.status()).toBe(415);
});

test("what does not fit is answered in JSON, saying what is wrong", async ({ request, server }) => {
  const post = (path: string, data: unknown) =>
    request.post(`${server.url}/demo/api/${path}`, { headers: { origin: server.url }, data });
  for (const [path, data, status] of [
    ["sign-up", {}, 400],
    ["sign-up", { email: "nonsense", name: "Ada" }, 400],
    ["sign-up", { email: "ada@example.com", name: "" }, 400],
    ["sign-up/finish", { token: "nonsense" }, 403],
    ["sign-up/finish", { token: "" }, 403],
    ["sign-in/finish", { token: "nonsense" }, 403],
    ["checkout", { lines: [{ product: "cup", quantity: 1 }] }, 401],
    ["step-up", {}, 401],
    ["factors/remove", { userAuthenticatorId: "x" }, 401],
  ] as const) {
    const answer = await post(path, data);
    expect(answer.status(), path).toBe(status);
    expect(await answer.json()).toMatchObject({ error: expect.any(String), message: expect.any(String) });
  }
});

test("a proof buys one thing, once, and only what it was for", async ({ page, server }) => {
  const ada = new Customer(page, server);
  await ada.own();
  const proofs: string[] = [];
  page.on("request", (request) => {
    const { token } = (request.postDataJSON() ?? {}) as { token?: string };
    if (request.url().endsWith("/demo/api/sign-up/finish") && token) proofs.push(token);
  });
  await ada.signUp();
  expect(proofs).toHaveLength(1);

  // page.request shares the page's cookies: this is the customer's own browser, replaying.
  for (const path of [
    "sign-up/finish",
    "sign-in/finish",
    "checkout/finish",
    "step-up/finish",
    "factors/remove/finish",
  ]) {
    const answer = await page.request.post(`${server.url}/demo/api/${path}`, {
      headers: { origin: server.url },
      data: { token: proofs[0] },
    });
    expect(answer.status(), path).toBe(403);
  }
});
