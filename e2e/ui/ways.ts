import type { FrameLocator, Page } from "@playwright/test";
import type { Application } from "../browser-sdk/application.js";
import { AuthenticatorApp } from "../support/authenticator-app.js";
import { newestCode } from "../support/inbox.js";
import { expect } from "../support/test.js";
import { launched, popup } from "./test.js";

/** Countries whose phones get codes in these tests. */
export const COUNTRIES = ["NZ", "GB", "DE", "US", "FR", "ES", "JP", "AE"];

/** How an application opens the UI. */
export type Mode = "redirect" | "popup" | "window";

/** A user in front of the pre-built UI. */
export class Person {
  /** Where the UI stands. */
  ui: Page | FrameLocator;

  constructor(
    /** The application's page, which by redirect becomes the UI. */
    readonly page: Page,
    readonly application: Application,
    readonly userId: string,
    readonly mode: Mode = "redirect",
  ) {
    this.ui = page;
  }

  /** Opens the UI for an action. By redirect it leads back to the application. */
  async begin(action: string): Promise<void> {
    const { application, mode, page } = this;
    const { url } = await application.track(this.userId, action, { redirectUrl: this.back });
    if (mode === "redirect") return void (await page.goto(url));
    await application.open(page);
    const opened = mode === "window" ? page.waitForEvent("popup") : undefined;
    await page.evaluate(
      ([url, mode]) => {
        const global = window as unknown as Record<string, any>;
        global["launched"] = global["sdk"].launch(url, { mode });
      },
      [url, mode] as const,
    );
    this.ui = (await opened) ?? popup(page);
  }

  /** The page whose authenticators the UI asks. */
  get device(): Page {
    return this.mode === "window" ? (this.ui as Page) : this.page;
  }

  get back(): string {
    return `${this.application.origin}/back`;
  }

  async choose(name: string): Promise<void> {
    await this.ui.getByRole("button", { name }).click();
  }

  /** Another way than the one that is asked for. */
  async otherWay(name: string): Promise<void> {
    await this.ui.getByRole("button", { name: "Try another way" }).click();
    await this.choose(name);
  }

  async code(code: string): Promise<void> {
    await this.ui.getByLabel("6-digit code").fill(code);
  }

  /** Types the newest code that came to an address or phone. */
  async codeFrom(to: string): Promise<string> {
    await expect(this.ui.getByText("We sent a code to")).toBeVisible();
    const code = await newestCode(this.application.server, to);
    await this.code(code);
    return code;
  }

  /** Types a phone or an address, and goes on. */
  async give(label: string, what: string): Promise<void> {
    await this.ui.getByLabel(label).fill(what);
    await this.choose("Continue");
  }

  /** The codes of the page that a first factor brings, which it then leaves. */
  async keepRecoveryCodes(): Promise<string[]> {
    await expect(this.ui.getByRole("listitem")).toHaveCount(10);
    const codes = await this.ui.getByRole("listitem").allInnerTexts();
    await this.choose("I have kept them");
    return codes;
  }

  /** Is back at the application, whose backend hears this. */
  async cameBack(expected: Record<string, unknown>): Promise<void> {
    expect(await this.application.validate(await this.token())).toMatchObject(expected);
  }

  /** What the application is given in the end. */
  private async token(): Promise<string> {
    if (this.mode !== "redirect") return (await launched(this.page)).token ?? "";
    await this.page.waitForURL(`${this.back}?token=*`);
    return new URL(this.page.url()).searchParams.get("token") ?? "";
  }

  /** Enrols for codes by e-mail. */
  async enrolEmail(address: string): Promise<string[]> {
    await this.begin("sign-up");
    await this.choose("Code by e-mail");
    await this.give("E-mail address", address);
    await this.codeFrom(address);
    const codes = await this.keepRecoveryCodes();
    await this.cameBack({ isValid: true });
    return codes;
  }

  /** Enrols a phone, which is typed as people do. */
  async enrolPhone(typed: string): Promise<void> {
    await this.begin("sign-up");
    await this.choose("Code by SMS");
    await this.give("Phone number", typed);
    await this.codeFrom(typed.replace(/[^+\d]/g, ""));
    await this.keepRecoveryCodes();
    await this.cameBack({ isValid: true, verificationMethod: "SMS" });
  }

  /** Adds the authenticator app that the page shows, by typing its secret. */
  async addApp(): Promise<AuthenticatorApp> {
    await this.choose("Authenticator app");
    await this.ui.getByText("Can’t scan it?").click();
    const secret = (await this.ui.getByRole("code").innerText()).replaceAll(" ", "");
    const app = new AuthenticatorApp(this.application.server, secret);
    await this.code(await app.code());
    return app;
  }

  /** Enrols an authenticator app. */
  async enrolApp(): Promise<AuthenticatorApp> {
    await this.begin("sign-up");
    const app = await this.addApp();
    await this.keepRecoveryCodes();
    await this.cameBack({ isValid: true, verificationMethod: "AUTHENTICATOR_APP" });
    return app;
  }
}
