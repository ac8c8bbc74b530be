import { Authenticator } from "../support/authenticator.js";
import { expect, test } from "./test.js";

test("signUp makes a passkey and completes the action", async ({ page, application, sdk }) => {
  const phone = await Authenticator.add(page);
  const tracked = await application.track("ada", "sign-up", { username: "ada@example.com" });
  const { data } = await sdk("passkey.signUp", {
    token: tracked.token,
    username: "ada@example.com",
    displayName: "Ada",
  });

  expect(data.token).toEqual(expect.any(String));
  expect(data.userAuthenticator).toMatchObject({
    verificationMethod: "PASSKEY",
    userAuthenticatorId: expect.any(String),
  });
  expect(data.userAuthenticator.webauthnCredential.credentialId).toBe(data.registrationResponse.id);
  expect(await phone.credentialIds()).toHaveLength(1);
  expect(await application.validate(data.token, { userId: "ada", action: "sign-up" })).toMatchObject({
    isValid: true,
    state: "CHALLENGE_SUCCEEDED",
    userId: "ada",
    action: "sign-up",
    actionCode: "sign-up",
    verificationMethod: "PASSKEY",
  });
});

test("signIn without a token says who it is", async ({ page, application, sdk }) => {
  await Authenticator.add(page);
  await sdk("passkey.signUp", { token: (await application.track("ada", "sign-up")).token });
  const { data } = await sdk("passkey.signIn", { action: "sign-in" });
  expect(data).toMatchObject({ isVerified: true, userId: "ada", userAuthenticatorId: expect.any(String) });
  expect(await application.validate(data.token)).toMatchObject({ isValid: true, userId: "ada", action: "sign-in" });
});

test("signIn by autofill says who it is", async ({ page, application, sdk }) => {
  await Authenticator.add(page);
  await sdk("passkey.signUp", { token: (await application.track("ada", "sign-up")).token });
  const { data } = await sdk("passkey.signIn", { action: "sign-in", autofill: true });
  expect(data).toMatchObject({ isVerified: true, userId: "ada" });
  expect(await application.validate(data.token)).toMatchObject({ isValid: true, userId: "ada" });
});

test("signIn with a token completes that action", async ({ page, application, sdk }) => {
  await Authenticator.add(page);
  await sdk("passkey.signUp", { token: (await application.track("ada", "sign-up")).token });
  const tracked = await application.track("ada", "withdraw");
  expect(tracked.state).toBe("CHALLENGE_REQUIRED");
  expect(await application.validate(tracked.token)).toMatchObject({ isValid: false, state: "CHALLENGE_REQUIRED" });

  const { data } = await sdk("passkey.signIn", { token: tracked.token });
  expect(data.isVerified).toBe(true);
  expect(await application.validate(data.token)).toMatchObject({ isValid: true, action: "withdraw" });
});

test("isAvailableOnDevice knows the passkeys of this browser", async ({ page, application, sdk }) => {
  await Authenticator.add(page);
  expect(await sdk("passkey.isAvailableOnDevice", { userId: "ada" })).toBe(false);
  await sdk("passkey.signUp", { token: (await application.track("ada", "sign-up")).token });
  expect(await sdk("passkey.isAvailableOnDevice", { userId: "ada" })).toBe(true);
  expect(await sdk("passkey.isAvailableOnDevice", { userId: "grace" })).toBe(false);
});

test("a second passkey needs a completed challenge", async ({ page, application, sdk }) => {
  const phone = await Authenticator.add(page);
  await sdk("passkey.signUp", { token: (await application.track("ada", "sign-up")).token });
  const refused = await sdk("passkey.signUp", { token: (await application.track("ada", "add")).token });
  expect(refused).toMatchObject({ errorCode: "insufficient_scope" });

  const { data } = await sdk("passkey.signIn", { token: (await application.track("ada", "add")).token });
  await phone.remove();
  await Authenticator.add(page);
  const added = await sdk("passkey.signUp", { token: data.token });
  expect(added.data.userAuthenticator).toMatchObject({ verificationMethod: "PASSKEY" });
  expect(await application.call("GET", "/users/ada/authenticators")).toHaveLength(2);
});

test("a second passkey may be added with the scope for it", async ({ page, application, sdk }) => {
  const phone = await Authenticator.add(page);
  await sdk("passkey.signUp", { token: (await application.track("ada", "sign-up")).token });
  await phone.remove();
  await Authenticator.add(page);
  const tracked = await application.track("ada", "add", { scope: "add:authenticators" });
  const { data } = await sdk("passkey.signUp", { token: tracked.token });
  expect(data.userAuthenticator).toMatchObject({ verificationMethod: "PASSKEY" });
  expect(await application.validate(tracked.token)).toMatchObject({ isValid: false, state: "CHALLENGE_REQUIRED" });
});
