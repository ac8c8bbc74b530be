import type { Page } from "@playwright/test";
import type { Application } from "../browser-sdk/application.js";
import { AuthenticatorApp } from "../support/authenticator-app.js";
import { newestCode } from "../support/inbox.js";
import { expect } from "../support/test.js";

/** Countries whose phones get codes in these tests. */
export const COUNTRIES = ["NZ", "GB", "DE", "US", "FR", "ES", "JP", "AE"];

/** A user in front of the pre-built UI. */
export class Person {
  constructor(
    readonly page: Page,
    readonly application: Application,
    readonly userId: string,
  ) {}

  /** Opens the UI for an action, as a page of its own that leads back to the application. */
  async begin(action: string): Promise<void> {
    const { url } = await this.application.track(this.userId, action, { redirectUrl: this.back });
    await this.page.goto(url);
  }

  get back(): string {
    return `${this.application.origin}/back`;
  }

  async choose(name: string): Promise<void> {
    await this.page.getByRole("button", { name }).click();
  }

  /** Another way than the one that is asked for. */
  async otherWay(name: string): Promise<void> {
    await this.page.getByRole("button", { name: "Try another way" }).click();
    await this.choose(name);
  }

  async code(code: string): Promise<void> {
    await this.page.getByLabel("6-digit code").fill(code);
  }

  /** Types the newest code that came to an address or phone. */
  async codeFrom(to: string): Promise<string> {
    await expect(this.page.getByText("We sent a code to")).toBeVisible();
    const code = await newestCode(this.application.server, to);
    await this.code(code);
    return code;
  }

  /** Types a phone or an address, and goes on. */
  async give(label: string, what: string): Promise<void> {
    await this.page.getByLabel(label).fill(what);
    await this.choose("Continue");
  }

  /** The codes of the page that a first factor brings, which it then leaves. */
  async keepRecoveryCodes(): Promise<string[]> {
    await expect(this.page.getByRole("listitem")).toHaveCount(10);
    const codes = await this.page.getByRole("listitem").allInnerTexts();
    await this.choose("I have kept them");
    return codes;
  }

  /** Is back at the application, whose backend hears this. */
  async cameBack(expected: Record<string, unknown>): Promise<void> {
    await this.page.waitForURL(`${this.back}?token=*`);
    const token = new URL(this.page.url()).searchParams.get("token") ?? "";
    expect(await this.application.validate(token)).toMatchObject(expected);
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

  /** Enrols an authenticator app by typing its secret. */
  async enrolApp(): Promise<AuthenticatorApp> {
    await this.begin("sign-up");
    await this.choose("Authenticator app");
    await this.page.getByText("Can’t scan it?").click();
    const secret = (await this.page.getByRole("code").innerText()).replaceAll(" ", "");
    const app = new AuthenticatorApp(this.application.server, secret);
    await this.code(await app.code());
    await this.keepRecoveryCodes();
    await this.cameBack({ isValid: true, verificationMethod: "AUTHENTICATOR_APP" });
    return app;
  }
}
