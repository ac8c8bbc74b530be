import { expect, test } from "@playwright/test";
import { Countersign, CountersignError } from "../../packages/browser/src/index.js";
import { ASSERTION, Browser, CREATED, json } from "./browser.js";

const REQUEST = { challengeId: "c", options: { challenge: "AQID", rpId: "shop.test" } };
const CREATION = {
  challengeId: "c",
  options: { challenge: "AQID", user: { id: "AQID", name: "ada", displayName: "Ada" }, pubKeyCredParams: [] },
};
const OPTIONS = "POST /user-authenticators/passkey/authentication-options";
const MAKING = "POST /user-authenticators/passkey/registration-options";

let browser: Browser;
let countersign: Countersign;
test.beforeEach(() => {
  browser = new Browser();
  browser.answers = {
    [OPTIONS]: json(REQUEST),
    [MAKING]: json(CREATION),
    "POST /user-authenticators/passkey": json({ isVerified: true, accessToken: "enrolled" }),
    "POST /verify/passkey": json({ isVerified: true, accessToken: "proved" }),
  };
  countersign = new Countersign({ baseUrl: "https://auth.shop.test/v1/", token: "tracked" });
});

/** The code that a call fails with. */
async function code(call: Promise<unknown>): Promise<string> {
  const failure = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(CountersignError);
  return (failure as CountersignError).code;
}

test("a ceremony takes the place of one that was forgotten, which answers nothing", async () => {
  const forgotten = code(countersign.passkey.verify());
  await browser.opened(1);
  const made = countersign.passkey.enroll();
  expect(await forgotten).toBe("cancelled");
  await browser.opened(2);
  browser.open[1]?.give(CREATED);
  expect(await made).toMatchObject({ isVerified: true });
  expect(browser.calls).not.toContain("POST /verify/passkey");
  expect(countersign.token).toBe("enrolled");
  // What came too late is answered no more.
  browser.open[0]?.give(ASSERTION);
  const later = countersign.passkey.verify();
  await browser.opened(3);
  browser.open[2]?.give(ASSERTION);
  expect((await later).accessToken).toBe("proved");
});

test("a page ends its ceremony by a signal, before it begins and while it is under way", async () => {
  expect(await code(countersign.passkey.verify({ signal: AbortSignal.abort() }))).toBe("cancelled");
  expect(browser.open).toHaveLength(0);
  const leaving = new AbortController();
  const left = code(countersign.passkey.enroll({ authenticatorAttachment: "platform", signal: leaving.signal }));
  await browser.opened(1);
  leaving.abort(new Error("the page was left"));
  expect(await left).toBe("cancelled");
});

test("whatever a browser does, the failure says what it was", async () => {
  const failures: [Error | null, string, string][] = [
    [new DOMException("", "NotAllowedError"), "cancelled", "cancelled"],
    [new DOMException("", "AbortError"), "cancelled", "cancelled"],
    [new DOMException("", "InvalidStateError"), "cancelled", "already_registered"],
    [new DOMException("A request is already pending.", "OperationError"), "busy", "busy"],
    [new DOMException("", "SecurityError"), "unsupported", "unsupported"],
    [new DOMException("", "ConstraintError"), "unsupported", "unsupported"],
    [new TypeError("odd"), "unsupported", "unsupported"],
    [null, "cancelled", "cancelled"],
  ];
  for (const [error, verifying, enrolling] of failures) {
    for (const [call, expected] of [
      [() => countersign.passkey.verify(), verifying],
      [() => countersign.passkey.enroll(), enrolling],
    ] as const) {
      browser.open.length = 0;
      const failed = code(call());
      await browser.opened(1);
      if (error) browser.open[0]?.fail(error);
      else browser.open[0]?.give(null);
      expect(await failed, String(error)).toBe(expected);
    }
  }
});

test("a browser without WebAuthn is told so, and asked nothing", async () => {
  Reflect.deleteProperty(globalThis, "PublicKeyCredential");
  expect(await code(countersign.passkey.verify())).toBe("unsupported");
  expect(browser.open).toHaveLength(0);
});

test("whatever answers in the server's place, the call fails with an error of this package", async () => {
  const path = "GET /user-authenticators";
  const answers: [() => Response, string][] = [
    [() => new Response("<h1>Bad gateway</h1>", { status: 502 }), "network"],
    [() => new Response("", { status: 200 }), "network"],
    [json(null, 502), "internal_error"],
    [json("no", 500), "internal_error"],
    [json([], 403), "internal_error"],
    [json({ errorCode: "last_factor" }, 409), "last_factor"],
    [() => Response.error(), "network"],
    [
      () => {
        throw new TypeError("Failed to fetch");
      },
      "network",
    ],
  ];
  for (const [answer, expected] of answers) {
    browser.answers[path] = answer;
    expect(await code(countersign.authenticators.list())).toBe(expected);
  }
  // Nothing is sent a second time by itself: who confirms twice might pay twice.
  expect(browser.calls).toHaveLength(answers.length);
});

test("a server that never answers is given up", async () => {
  const timeout = AbortSignal.timeout;
  AbortSignal.timeout = () => AbortSignal.abort(new DOMException("", "TimeoutError"));
  try {
    expect(await code(countersign.authenticators.list())).toBe("network");
  } finally {
    AbortSignal.timeout = timeout;
  }
});

test("a wrong code renews no token, and a right one does", async () => {
  browser.answers["POST /verify/email-otp"] = json({ isVerified: false, failureReason: "CODE_INVALID_OR_EXPIRED" });
  expect((await countersign.email.verify({ code: "000000" })).isVerified).toBe(false);
  expect(countersign.token).toBe("tracked");
  browser.answers["POST /verify/email-otp"] = json({ isVerified: true, accessToken: "proved" });
  await countersign.email.verify({ code: "123456" });
  expect(countersign.token).toBe("proved");
});

test("an id is one part of a path, whatever stands in it", async () => {
  expect(await code(countersign.authenticators.remove("../../users/ada?x=1#y"))).toBe("internal_error");
  expect(browser.calls).toEqual(["DELETE /user-authenticators/..%2F..%2Fusers%2Fada%3Fx%3D1%23y"]);
});
