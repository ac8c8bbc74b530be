import type { Page } from "@playwright/test";
import { Authenticator, type AuthenticatorOptions } from "../support/authenticator.js";
import type { Server } from "../support/server.js";
import { expect } from "../support/test.js";

let customers = 0;

/** A customer in front of the shop, with the devices they own. */
export class Customer {
  readonly email = `customer-${process.pid}-${++customers}@example.com`;
  readonly name = "Ada Lovelace";

  constructor(
    readonly page: Page,
    readonly server: Server,
  ) {}

  /** Opens a page of the shop by the part of its address after `#/`. */
  async open(page = ""): Promise<void> {
    await this.page.goto(`${this.server.url}/demo/#/${page}`);
  }

  own(options?: AuthenticatorOptions): Promise<Authenticator> {
    return Authenticator.add(this.page, options);
  }

  async fillSignUp(): Promise<void> {
    await this.open("sign-up");
    await this.page.getByLabel("Your name").fill(this.name);
    await this.page.getByLabel("E-mail address").fill(this.email);
    await this.page.getByRole("button", { name: "Create account with a passkey" }).click();
  }

  async signUp(): Promise<void> {
    await this.fillSignUp();
    await expect(this.page.getByRole("heading", { name: this.name })).toBeVisible();
    await expect(this.factors).toHaveCount(1);
  }

  async signOut(): Promise<void> {
    await this.page.getByRole("button", { name: "Sign out" }).click();
    await expect(this.page.getByRole("link", { name: "Sign in" })).toBeVisible();
  }

  async add(...products: string[]): Promise<void> {
    await this.open();
    for (const product of products)
      await this.page.getByRole("button", { name: `Add ${product} to the basket` }).click();
    await this.page.getByRole("link", { name: /^Basket/ }).click();
  }

  /** The rows under "Ways to sign in". */
  get factors() {
    return this.page.locator(".factor");
  }

  /** What the page says to the customer. */
  get notice() {
    return this.page.getByRole("status");
  }

  /** The newest story in the drawer "What just happened". */
  get story() {
    return this.page.locator(".story").first();
  }
}

/**
 * Lets no autofill begin, as in a browser that has none. The virtual authenticator answers a waiting autofill at once,
 * which would sign in before a test can press a button.
 */
export async function withoutAutofill(page: Page): Promise<void> {
  await page.addInitScript(() => {
    PublicKeyCredential.isConditionalMediationAvailable = () => Promise.resolve(false);
  });
}
