import { expect, test } from "./test.js";

const DETOURS = [
  "/ui/nothing",
  "/ui/index.html",
  "/ui/assets/nothing.js",
  "/ui/assets/index.js.map",
  "/ui/assets/..%2findex.html",
  "/ui/assets/..%2F..%2Fpackage.json",
  "/ui/assets/%2e%2e%2findex.html",
  "/ui/assets/..%5cindex.html",
  "/ui/assets/%2fetc%2fpasswd",
  "/ui/assets/./index.html",
  "/ui/../ui/index.html",
  "/ui/%2e%2e/healthz",
  "/ui/%00",
  "/ui/assets/",
  "/ui/icon.svg/x",
];

test("no detour leads to a file, and each answer keeps others out", async ({ site }) => {
  const { token } = await site.track("hana", "sign-up");
  for (const path of DETOURS) {
    for (const method of ["GET", "HEAD", "OPTIONS", "POST"]) {
      const answer = await site.raw(`${path}?token=${token}`, method);
      expect(answer.status, `${method} ${path}`).toBeGreaterThanOrEqual(400);
      expect(answer.status, `${method} ${path}`).toBeLessThan(500);
      expect(answer.headers, `${method} ${path}`).toMatchObject({
        "content-security-policy": expect.stringContaining("frame-ancestors 'none'"),
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
        "cache-control": "no-store",
      });
      expect(answer.text).not.toContain(token);
    }
  }
});

test("each way to write the page's address has the page's headers, and nothing of a token is kept", async ({
  site,
}) => {
  const { token } = await site.track("hana", "sign-up");
  for (const [path, method] of [
    ["/ui/", "GET"],
    ["/ui/", "HEAD"],
    ["//ui//", "GET"],
    ["/ui///", "GET"],
  ]) {
    const { status, headers, text } = await site.raw(`${path}?token=${token}`, method);
    expect(status, `${method} ${path}`).toBe(200);
    expect(headers["content-security-policy"]).toContain(`frame-ancestors ${site.origin}`);
    expect(headers["content-security-policy"]).toContain("require-trusted-types-for 'script'; trusted-types 'none'");
    expect(headers).toMatchObject({
      "cross-origin-opener-policy": "unsafe-none",
      "cross-origin-resource-policy": "same-origin",
      "cache-control": "no-store",
    });
    expect(text).not.toContain(token);
  }
  const moved = await site.raw(`/ui?token=${token}`);
  expect(moved).toMatchObject({
    status: 308,
    headers: { location: `/ui/?token=${token}`, "cache-control": "no-store" },
  });
});

test("a query that says two things opens for nobody's frame", async ({ site }) => {
  const { token } = await site.track("hana", "sign-up");
  const { tenantId } = site.tenant;
  for (const query of [
    `token=${token}&token=${token}`,
    `tenant=${tenantId}&tenant=${tenantId}`,
    `token=&tenant=${tenantId}`,
    `token&tenant=${tenantId}`,
    "token=%FF%FE",
    `tenant=${tenantId}%00`,
    `tenant=${tenantId}'; frame-ancestors *`.replaceAll(" ", "%20"),
    `token=${"a".repeat(9000)}`,
  ]) {
    const { headers, text } = await site.raw(`/ui/?${query}`);
    expect(headers["content-security-policy"], query).toContain("frame-ancestors 'none'");
    expect(text).not.toContain(token);
  }
});

test("no host of a header gets into a page", async ({ site }) => {
  const { token } = await site.track("hana", "sign-up");
  const usual = await site.raw(`/ui/?token=${token}`);
  for (const headers of [
    { Host: "evil.test" },
    { "X-Forwarded-Host": "evil.test" },
    { Forwarded: "host=evil.test;proto=http" },
    { "X-Original-URL": "/ui/magic-link", "X-Rewrite-URL": "/docs/" },
  ]) {
    const answer = await site.raw(`/ui/?token=${token}`, "GET", headers);
    expect(answer.text).toBe(usual.text);
    expect(JSON.stringify(answer.headers)).not.toContain("evil");
    const moved = await site.raw("/ui", "GET", headers);
    expect(moved.headers.location).toBe("/ui/");
  }
});
