import { Authenticator, SECURITY_KEY, type AuthenticatorOptions } from "../support/authenticator.js";
import { newestLink } from "../support/inbox.js";
import { call } from "./application.js";
import { expect, test } from "./test.js";

const KEYS: Record<string, AuthenticatorOptions> = {
  "a key that keeps its credential": { transport: "usb", hasResidentKey: true },
  "a key that does not": SECURITY_KEY,
  "a U2F key": { ...SECURITY_KEY, protocol: "u2f" },
};

for (const line of ["2", "3"] as const) {
  test.describe(`the guide's calls with ${line}.x`, () => {
    test.use({ line });

    for (const [name, options] of Object.entries(KEYS)) {
      test(`sign up, follow the mail, add a key, sign in with ${name}`, async ({ page, application }) => {
        const first = await Authenticator.add(page, options);
        await application.open(page);
        const email = "ada@example.com";
        const up = await call(page, "auth.signUp", { email, securityKey: true });
        expect(up).toMatchObject({ session: null, error: null });

        await page.goto(await newestLink(application.server, email));
        await expect(page).toHaveURL(new RegExp(`^${application.origin}/`));
        await application.ready(page);
        await expect.poll(() => call(page, "auth.isAuthenticatedAsync")).toBe(true);
        expect(await call(page, "auth.getUser")).toMatchObject({ email, emailVerified: true });

        await call(page, "auth.signOut");
        const signedIn = await call(page, "auth.signIn", { email, securityKey: true });
        expect(signedIn.error).toBeNull();
        expect(signedIn.session.user).toMatchObject({ email });

        // The key that is there is not made twice.
        await first.remove();
        const second = await Authenticator.add(page, { transport: "internal", hasResidentKey: true });
        const added = await call(page, "auth.addSecurityKey", "iPhone");
        expect(added).toMatchObject({
          error: null,
          key: { id: expect.any(String), nickname: "iPhone" },
        });
        await second.remove();
      });
    }

    test.describe("without verified addresses", () => {
      test.use({ settings: { accounts: { verifyEmail: false } } });

      test("sign up with a nickname and options, refresh, elevate", async ({ page, application }) => {
        await Authenticator.add(page, SECURITY_KEY);
        await application.open(page);
        const email = "grace@example.com";
        const options = { nickname: "blue key", displayName: "Grace", metadata: { plan: "gold" } };
        const up = await call(page, "auth.signUp", { email, securityKey: true, options });
        expect(up.error).toBeNull();
        expect(up.session.user).toMatchObject({ email, displayName: "Grace", metadata: { plan: "gold" } });
        const refreshed = await call(page, "auth.refreshSession");
        expect(refreshed.session.refreshToken).not.toBe(up.session.refreshToken);
        expect((await call(page, "auth.getHasuraClaims"))["x-hasura-default-role"]).toBe("user");
      });

      test("nobody signs in with a key of somebody else", async ({ page, application }) => {
        const ada = await Authenticator.add(page, SECURITY_KEY);
        await application.open(page);
        await call(page, "auth.signUp", { email: "ada@example.com", securityKey: true });
        await call(page, "auth.signOut");
        await ada.remove();
        await Authenticator.add(page, SECURITY_KEY);
        const signedIn = await call(page, "auth.signIn", { email: "ada@example.com", securityKey: true });
        expect(signedIn.session).toBeNull();
        expect(signedIn.error ?? signedIn.thrown).toBeTruthy();
      });

      test("a page of another origin is refused", async ({ page, application }) => {
        await Authenticator.add(page, SECURITY_KEY);
        await application.settings({ origins: ["http://localhost:1"] });
        // A tenant's settings are at most a second old.
        await expect
          .poll(async () => {
            await application.open(page);
            const up = await call(page, "auth.signUp", { email: "eve@example.com", securityKey: true });
            return up.session === null && Boolean(up.error);
          })
          .toBe(true);
      });
    });
  });
}
