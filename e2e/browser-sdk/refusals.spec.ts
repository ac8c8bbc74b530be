import { Authenticator } from "../support/authenticator.js";
import { Application } from "./application.js";
import { expect, test } from "./test.js";

test("a cancelled ceremony leaves the action where it was", async ({ page, application, sdk }) => {
  const phone = await Authenticator.add(page, { isUserVerified: false });
  const tracked = await application.track("ada", "sign-up");
  const { thrown } = await sdk("passkey.signUp", { token: tracked.token });
  expect(thrown).toMatchObject({ name: "NotAllowedError" });
  expect(await phone.credentialIds()).toEqual([]);
  expect(await application.validate(tracked.token)).toMatchObject({ isValid: false });
  expect(await application.call("GET", "/users/ada")).toMatchObject({ isEnrolled: false });
});

test("a prompt nobody answers gives way to the next one, and counts for nothing", async ({
  page,
  application,
  sdk,
}) => {
  const phone = await Authenticator.add(page);
  await sdk("passkey.signUp", { token: (await application.track("ada", "sign-up")).token });
  await phone.setPresence(false);
  const tracked = await application.track("ada", "withdraw");
  const asked = page.waitForResponse("**/authentication-options");
  const first = sdk("passkey.signIn", { token: tracked.token });
  await asked;
  // The second prompt is still open when the test ends and the page closes.
  sdk("passkey.signIn", { token: (await application.track("ada", "other")).token }).catch(() => undefined);
  expect((await first).thrown).toMatchObject({ code: "ERROR_CEREMONY_ABORTED" });
  expect(await application.validate(tracked.token)).toMatchObject({ isValid: false, state: "CHALLENGE_REQUIRED" });
});

test("a user who fails verification is not let in", async ({ page, application, sdk }) => {
  const phone = await Authenticator.add(page);
  await sdk("passkey.signUp", { token: (await application.track("ada", "sign-up")).token });
  await phone.setUserVerified(false);
  const tracked = await application.track("ada", "withdraw");
  expect((await sdk("passkey.signIn", { token: tracked.token })).thrown).toMatchObject({ name: "NotAllowedError" });
  expect(await application.validate(tracked.token)).toMatchObject({ isValid: false, state: "CHALLENGE_REQUIRED" });
});

test("an answer sent twice counts once", async ({ page, application, sdk }) => {
  await Authenticator.add(page);
  await sdk("passkey.signUp", { token: (await application.track("ada", "sign-up")).token });
  const sent: { url: string; body: string; authorization: string }[] = [];
  page.on("request", (request) => {
    if (request.method() !== "POST" || !request.url().endsWith("/verify/passkey")) return;
    sent.push({
      url: request.url(),
      body: request.postData() ?? "",
      authorization: request.headers()["authorization"] ?? "",
    });
  });
  await sdk("passkey.signIn", { token: (await application.track("ada", "withdraw")).token });
  expect(sent).toHaveLength(1);

  const [first] = sent;
  const replay = await fetch(first!.url, {
    method: "POST",
    headers: { "Content-Type": "application/json", Authorization: first!.authorization },
    body: first!.body,
  });
  expect(replay.status).toBe(400);
  expect(await replay.json()).toMatchObject({ error: "invalid_request", errorCode: "invalid_request" });
});

test("an answer for one action does not complete another", async ({ page, application, sdk }) => {
  await Authenticator.add(page);
  await sdk("passkey.signUp", { token: (await application.track("ada", "sign-up")).token });
  const other = await application.track("ada", "transfer");
  // The answer to the prompt of one action is sent with the token of another.
  await page.route("**/verify/passkey", (route) =>
    route.continue({ headers: { ...route.request().headers(), authorization: `Bearer ${other.token}` } }),
  );
  const outcome = await sdk("passkey.signIn", { token: (await application.track("ada", "withdraw")).token });
  expect(outcome.data).toBeUndefined();
  expect(outcome.errorCode).toEqual(expect.any(String));
  expect(await application.validate(other.token)).toMatchObject({ isValid: false, state: "CHALLENGE_REQUIRED" });
});

test("a removed passkey is unknown", async ({ page, application, sdk }) => {
  await Authenticator.add(page);
  const { data } = await sdk("passkey.signUp", { token: (await application.track("ada", "sign-up")).token });
  await application.call("DELETE", `/users/ada/authenticators/${data.userAuthenticator.userAuthenticatorId}`);
  expect(await sdk("passkey.signIn", { action: "sign-in" })).toMatchObject({ errorCode: "unknown_credential" });
});

test("a passkey of one tenant is unknown to another", async ({ page, server, application, sdk }) => {
  await Authenticator.add(page);
  await sdk("passkey.signUp", { token: (await application.track("ada", "sign-up")).token });
  const other = await Application.start(server);
  await other.open(page);
  expect(await sdk("passkey.signIn", { action: "sign-in" })).toMatchObject({ errorCode: "unknown_credential" });
  await other.stop();
});

test("a token of another tenant, or none at all, is refused", async ({ server, application, sdk }) => {
  const other = await Application.start(server);
  const { token } = await other.track("ada", "sign-up");
  expect(await application.validate(token)).toMatchObject({ isValid: false, error: "invalid_token" });
  expect(await sdk("passkey.signUp", { token: "not.a.token" })).toMatchObject({ errorCode: "invalid_token" });
  await other.stop();
});

test("a page whose origin is not listed is refused", async ({ page, server }) => {
  const stranger = await Application.start(server, { listed: false });
  await Authenticator.add(page);
  await stranger.open(page);
  const { token } = await stranger.track("ada", "sign-up");
  const outcome = await page.evaluate(
    (token) =>
      (window as unknown as Record<string, any>)["sdk"].passkey.signUp({ token }).then(
        (reply: { data?: unknown }) => ({ data: reply.data }),
        (error: Error) => ({ thrown: error.name }),
      ),
    token,
  );
  expect(outcome.data).toBeUndefined();
  expect(await stranger.validate(token)).toMatchObject({ isValid: false });
  await stranger.stop();
});

test("a tenant whose passkeys belong to another domain cannot be used from here", async ({ page, server }) => {
  const misplaced = await Application.start(server, { rpId: "shop.example" });
  await Authenticator.add(page);
  await misplaced.open(page);
  const { token } = await misplaced.track("ada", "sign-up");
  const thrown = await page.evaluate(
    (token) =>
      (window as unknown as Record<string, any>)["sdk"].passkey.signUp({ token }).then(
        () => null,
        (error: Error & { code?: string }) => ({ name: error.name, code: error.code }),
      ),
    token,
  );
  expect(thrown).toMatchObject({ name: "SecurityError" });
  await misplaced.stop();
});
