import type { Page } from "@playwright/test";
import { Authenticator, type AuthenticatorOptions } from "../support/authenticator.js";
import { newestCode } from "../support/inbox.js";
import type { Server } from "../support/server.js";
import { expect } from "../support/test.js";

let customers = 0;

/** A customer in front of the shop, with the devices they own. */
export class Customer {
  readonly email = `customer-${process.pid}-${++customers}@example.com`;
  readonly name = "Ada Lovelace";
  private readonly devices: Authenticator[] = [];

  constructor(
    readonly page: Page,
    readonly server: Server,
  ) {}

  /** Opens a page of the shop by the part of its address after `#/`. */
  async open(page = ""): Promise<void> {
    await this.page.goto(`${this.server.url}/demo/#/${page}`);
  }

  /** Another device. It lies untouched while there is one in hand already. */
  async own(options?: AuthenticatorOptions): Promise<Authenticator> {
    const automaticPresenceSimulation = this.devices.length === 0;
    const device = await Authenticator.add(this.page, { automaticPresenceSimulation, ...options });
    this.devices.push(device);
    return device;
  }

  /** Takes this device in hand and leaves the others alone. */
  async reachFor(device: Authenticator): Promise<void> {
    for (const other of this.devices) await other.setPresence(other === device);
  }

  /** Proves who it is with the device in hand, then touches the new one when the page asks for it. */
  async add(device: Authenticator, button: string): Promise<void> {
    const options = "**/v1/client/user-authenticators/*/registration-options";
    await this.page.route(options, async (route) => {
      await this.reachFor(device);
      await route.continue();
    });
    const before = await this.factors.count();
    await this.page.getByRole("button", { name: button }).click();
    await expect(this.factors).toHaveCount(before + 1);
    await this.page.unroute(options);
  }

  /** Proves who it is with the device in hand, then adds the address on the account. `way` is what they choose, if asked. */
  async addEmail(way?: string): Promise<void> {
    const before = await this.factors.count();
    await this.page.getByRole("button", { name: "Add codes by e-mail" }).click();
    if (way) await this.page.getByRole("button", { name: way }).click();
    await this.enterCode();
    await expect(this.factors).toHaveCount(before + 1);
  }

  /** Types the code that came last to an address or number, once the page asks for it. */
  async enterCode(to = this.email): Promise<void> {
    await expect(this.page.getByLabel("Code", { exact: true })).toBeVisible();
    await this.page.getByLabel("Code", { exact: true }).fill(await newestCode(this.server, to));
    await this.page.getByRole("button", { name: "Confirm", exact: true }).click();
  }

  /** Plugs it out, or leaves it at home. */
  async lose(device: Authenticator): Promise<void> {
    this.devices.splice(this.devices.indexOf(device), 1);
    await device.remove();
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

  async fillBasket(...products: string[]): Promise<void> {
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
