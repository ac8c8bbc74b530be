import { expect, type Locator, type Page } from "@playwright/test";

/** The page that a link by e-mail leads to, in the browser of whoever reads the mail. */
export class LinkPage {
  constructor(readonly page: Page) {}

  /** Opens a link and waits for what its page says. */
  async open(link: string, heading = "Is this you?"): Promise<void> {
    await this.page.goto(link);
    await expect(this.heading).toHaveText(heading);
  }

  get heading(): Locator {
    return this.page.getByRole("heading", { level: 1 });
  }

  get yes(): Locator {
    return this.page.getByRole("button", { name: "Yes, that is me" });
  }

  get no(): Locator {
    return this.page.getByRole("button", { name: "No, that is not me" });
  }
}
