import { newestLink } from "../support/inbox.js";
import { LinkPage } from "../support/link-page.js";
import { expect, test as base } from "./test.js";

const ADDRESS = "ada@example.com";

/** A browser of another person or device, to open links in. */
const test = base.extend<{ reader: LinkPage }>({
  reader: async ({ browser }, use) => {
    const context = await browser.newContext();
    await use(new LinkPage(await context.newPage()));
    await context.close();
  },
});

test("emailML.enroll, challenge and checkVerificationStatus, confirmed in another browser", async ({
  application,
  sdk,
  reader,
}) => {
  const { server } = application;
  await sdk("setToken", (await application.track("ada", "sign-up")).token);
  const begun = await sdk("emailML.enroll", { email: ADDRESS });
  expect(begun.data).toEqual({ userAuthenticatorId: expect.any(String), userId: "ada" });
  const enrolled = sdk("emailML.checkVerificationStatus");
  await reader.open(await newestLink(server, ADDRESS));
  await reader.yes.click();
  expect((await enrolled).data).toMatchObject({
    isVerified: true,
    token: expect.any(String),
    userAuthenticator: {
      userAuthenticatorId: begun.data.userAuthenticatorId,
      verificationMethod: "EMAIL_MAGIC_LINK",
      email: "a***@example.com",
    },
  });

  const tracked = await application.track("ada", "withdraw");
  expect(tracked.state).toBe("CHALLENGE_REQUIRED");
  await sdk("setToken", tracked.token);
  expect((await sdk("emailML.challenge")).data).toEqual({ challengeId: expect.any(String) });
  const proved = sdk("emailML.checkVerificationStatus");
  await reader.open(await newestLink(server, ADDRESS));
  expect(await application.validate(tracked.token)).toMatchObject({ isValid: false, state: "CHALLENGE_REQUIRED" });
  await reader.yes.click();
  const { data } = await proved;
  expect(await application.validate(data.token)).toMatchObject({
    isValid: true,
    action: "withdraw",
    verificationMethod: "EMAIL_MAGIC_LINK",
  });
});

test("a link that is refused enrols nobody, and the page that asked is told", async ({
  page,
  application,
  sdk,
  reader,
}) => {
  const tracked = await application.track("eve", "sign-up");
  await sdk("setToken", tracked.token);
  await sdk("emailML.enroll", { email: ADDRESS });
  const reply = () => page.waitForResponse("**/finalize").then((response) => response.json());
  const waiting = reply();
  // This SDK asks until the answer is yes: the call is still open when the test ends and the page closes.
  sdk("emailML.checkVerificationStatus").catch(() => undefined);
  expect(await waiting).toEqual({ isVerified: false });
  await reader.open(await newestLink(application.server, ADDRESS));
  await reader.no.click();
  await expect(reader.heading).toHaveText("Thank you");
  await expect.poll(reply).toEqual({ isVerified: false, failureReason: "CODE_INVALID_OR_EXPIRED" });
  expect(await application.validate(tracked.token)).toMatchObject({ isValid: false });
  expect(await application.call("GET", "/users/eve")).toMatchObject({ isEnrolled: false });
});

test("a link that took too long is over, and another one can be asked for", async ({ application, sdk, reader }) => {
  const { server } = application;
  await application.settings({ tokenMinutes: 30 });
  await sdk("setToken", (await application.track("ada", "sign-up")).token);
  await sdk("emailML.enroll", { email: ADDRESS });
  const late = await newestLink(server, ADDRESS);
  await server.advance(601);
  await reader.open(late, "This link is over");
  await sdk("emailML.enroll", { email: ADDRESS });
  const enrolled = sdk("emailML.checkVerificationStatus");
  await reader.open(late, "This link is over");
  await reader.open(await newestLink(server, ADDRESS));
  await reader.yes.click();
  expect((await enrolled).data).toMatchObject({ isVerified: true });
});

test("without a factor, or with an address that is none, the SDK is told what to do", async ({ application, sdk }) => {
  await sdk("setToken", (await application.track("ada", "sign-up")).token);
  for (const [call, parameter, words] of [
    ["emailML.challenge", undefined, "Enrol one first"],
    ["emailML.enroll", { email: "nobody" }, "e-mail address"],
  ] as const) {
    expect(await sdk(call, parameter)).toMatchObject({
      errorCode: "invalid_request",
      errorDescription: expect.stringMatching(new RegExp(words, "i")),
    });
  }
});

test("a thirteenth link within ten minutes is not sent", async ({ application, sdk }) => {
  await sdk("setToken", (await application.track("ada", "sign-up")).token);
  const address = "thirteen@example.com";
  for (let n = 0; n < 12; n += 1) expect((await sdk("emailML.enroll", { email: address })).data).toBeTruthy();
  expect(await sdk("emailML.enroll", { email: address })).toMatchObject({ errorCode: "too_many_requests" });
});

test("in the mode NEW_TAB the browser that confirms goes on with a token", async ({ application, sdk, reader }) => {
  await application.settings({ magicLink: { mode: "NEW_TAB" } });
  const redirectUrl = `${application.origin}/back`;
  await sdk("setToken", (await application.track("ada", "sign-up", { redirectUrl })).token);
  await sdk("emailML.enroll", { email: ADDRESS });
  const enrolled = sdk("emailML.checkVerificationStatus");
  await reader.open(await newestLink(application.server, ADDRESS));
  await reader.yes.click();
  await reader.page.waitForURL(`${redirectUrl}?token=*`);
  const token = new URL(reader.page.url()).searchParams.get("token") ?? "";
  expect(await application.validate(token)).toMatchObject({ isValid: true, userId: "ada", action: "sign-up" });
  // The page that asked goes on as well.
  expect((await enrolled).data).toMatchObject({ isVerified: true, token: expect.any(String) });
});
