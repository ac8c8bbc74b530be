import type { Page } from "@playwright/test";
import { Authenticator, SECURITY_KEY } from "../support/authenticator.js";
import { newestLink } from "../support/inbox.js";
import { expect, test } from "./test.js";

/** Runs a function of the page with the client of 4.x, and the browser's own reading and writing of credentials. */
async function journey(page: Page, step: string, email: string): Promise<any> {
  return page.evaluate(
    async ([step, email]) => {
      const { auth } = (window as unknown as Record<string, any>)["nhost"];
      const create = async (options: any) => {
        const publicKey = (PublicKeyCredential as any).parseCreationOptionsFromJSON(options);
        return ((await navigator.credentials.create({ publicKey })) as any).toJSON();
      };
      const get = async (options: any) => {
        const publicKey = (PublicKeyCredential as any).parseRequestOptionsFromJSON(options);
        return ((await navigator.credentials.get({ publicKey })) as any).toJSON();
      };
      const steps: Record<string, () => Promise<any>> = {
        signUp: async () => {
          const { body } = await auth.signUpWebauthn({ email, options: { displayName: "Ada" } });
          return auth.verifySignUpWebauthn({ credential: await create(body), nickname: "blue key" });
        },
        signIn: async () => {
          const { body } = await auth.signInWebauthn({ email });
          return auth.verifySignInWebauthn({ credential: await get(body), email });
        },
        discover: async () => {
          const { body } = await auth.signInWebauthn();
          return auth.verifySignInWebauthn({ credential: await get(body) });
        },
        add: async () => {
          const { body } = await auth.addSecurityKey();
          return auth.verifyAddSecurityKey({ credential: await create(body), nickname: "iPhone" });
        },
        elevate: async () => {
          const { body } = await auth.elevateWebauthn();
          return auth.verifyElevateWebauthn({ credential: await get(body) });
        },
        user: () => auth.getUser(),
        signOut: () => auth.signOut({ all: true }),
      };
      try {
        const { body, status } = await steps[step]!();
        return { body, status };
      } catch (error) {
        const { status, body } = error as { status?: number; body?: unknown };
        return { status, body, thrown: String(error) };
      }
    },
    [step, email] as const,
  );
}

test.use({ line: "4" });

test("sign up, follow the mail, and sign in with 4.x", async ({ page, application }) => {
  await Authenticator.add(page, SECURITY_KEY);
  await application.open(page);
  const email = "ada@example.com";
  expect(await journey(page, "signUp", email)).toMatchObject({ status: 200, body: {} });
  await page.goto(await newestLink(application.server, email));
  await expect(page).toHaveURL(/refreshToken=[0-9a-f-]{36}&type=verifyEmail$/);
  await application.ready(page);
  const signedIn = await journey(page, "signIn", email);
  expect(signedIn).toMatchObject({ status: 200, body: { session: { user: { email, emailVerified: true } } } });
});

test.describe("without verified addresses", () => {
  test.use({ settings: { accounts: { verifyEmail: false } } });

  test("sign up, add, elevate, sign out, and sign in without an address", async ({ page, application }) => {
    await Authenticator.add(page, { transport: "internal", hasResidentKey: true });
    await application.open(page);
    const email = "ada@example.com";
    const up = await journey(page, "signUp", email);
    expect(up).toMatchObject({ status: 200, body: { session: { user: { email, displayName: "Ada" } } } });
    const again = await journey(page, "add", email);
    expect(again.thrown, "the same key is not added twice").toContain("InvalidStateError");
    expect(await journey(page, "elevate", email)).toMatchObject({ status: 200, body: { session: expect.anything() } });
    expect(await journey(page, "user", email)).toMatchObject({ status: 200, body: { email } });
    await journey(page, "signOut", email);
    const found = await journey(page, "discover", email);
    expect(found.body.session.user.id).toBe(up.body.session.user.id);
    const second = await Authenticator.add(page, SECURITY_KEY);
    expect(await journey(page, "add", email)).toMatchObject({ body: { id: expect.any(String), nickname: "iPhone" } });
    await second.remove();
  });
});
