import type { Browser } from "@playwright/test";
import { expect, test } from "../browser-sdk/test.js";
import { Authenticator, SECURITY_KEY, type AuthenticatorOptions } from "../support/authenticator.js";
import { inbox, newestLink } from "../support/inbox.js";
import { LinkPage } from "../support/link-page.js";
import { Person, type Mode } from "./ways.js";

const MODES: Mode[] = ["redirect", "popup", "window"];
const EMAIL = "ada@example.com";
const PHONE = "+64210000789";

/** What a method's factor is made by, and what it then answers by: each by roles and labels alone. */
interface Way {
  enrolled: string;
  /** What goes before the recovery codes; what it gives is handed to the answers. */
  enrol: (ada: Person, browser: Browser) => Promise<unknown>;
  answers: Record<string, (ada: Person, kept: { enrolled: any; codes: string[] }, browser: Browser) => Promise<void>>;
}

const WAYS: Way[] = [
  {
    enrolled: "PASSKEY",
    enrol: (ada) => addCredential(ada, ["Set up a passkey", "Set up a passkey"]),
    answers: { PASSKEY: (ada, { enrolled }) => useCredential(ada, enrolled, "Use your passkey") },
  },
  {
    enrolled: "SECURITY_KEY",
    enrol: (ada) => addCredential(ada, ["Security key", "Use a security key"], SECURITY_KEY),
    answers: { SECURITY_KEY: (ada, { enrolled }) => useCredential(ada, enrolled, "Use your security key") },
  },
  {
    enrolled: "AUTHENTICATOR_APP",
    enrol: (ada) => ada.addApp(),
    answers: { AUTHENTICATOR_APP: async (ada, { enrolled }) => ada.code(await enrolled.nextCode()) },
  },
  {
    enrolled: "EMAIL_MAGIC_LINK",
    enrol: async (ada, browser) => {
      await ada.choose("Link by e-mail");
      await ada.give("E-mail address", EMAIL);
      await follow(ada, browser);
    },
    answers: { EMAIL_MAGIC_LINK: (ada, _, browser) => follow(ada, browser) },
  },
  {
    enrolled: "EMAIL_OTP",
    enrol: async (ada) => {
      await ada.choose("Code by e-mail");
      await ada.give("E-mail address", EMAIL);
      await ada.codeFrom(EMAIL);
    },
    answers: {
      EMAIL_OTP: async (ada) => void (await ada.codeFrom(EMAIL)),
      RECOVERY_CODE: async (ada, { codes }) => {
        await ada.otherWay("Recovery code");
        await ada.give("Recovery code", codes[0] ?? "");
      },
    },
  },
  {
    enrolled: "SMS",
    enrol: async (ada) => {
      await ada.choose("Code by SMS");
      await ada.give("Phone number", PHONE);
      await ada.codeFrom(PHONE);
    },
    answers: {
      SMS: async (ada) => void (await ada.codeFrom(PHONE)),
      WHATSAPP: async (ada) => {
        await ada.otherWay("Code by WhatsApp");
        await expect(ada.ui.getByText("We sent a code to")).toBeVisible();
        const [sent] = await inbox(ada.application.server, PHONE);
        expect(sent?.channel).toBe("whatsapp");
        await ada.code(sent?.code ?? "");
      },
    },
  },
];

// Two or three sittings each, of which every one stands for a second before it ends.
test.describe.configure({ timeout: 90_000 });

for (const mode of MODES) {
  for (const { enrolled, enrol, answers } of WAYS) {
    const methods = Object.keys(answers).join(", ");
    test(`by ${mode}: enrols ${enrolled}, confirms by ${methods}`, async ({ page, application, browser }) => {
      await application.settings({ sms: { countries: ["NZ"] } });
      const ada = new Person(page, application, "ada", mode);
      await ada.begin("sign-up");
      const made = await enrol(ada, browser);
      const codes = await ada.keepRecoveryCodes();
      await ada.cameBack({ isValid: true, action: "sign-up", verificationMethod: enrolled });
      for (const [method, answer] of Object.entries(answers)) {
        await ada.begin(`by-${method}`);
        await answer(ada, { enrolled: made, codes }, browser);
        await ada.cameBack({ isValid: true, action: `by-${method}`, verificationMethod: method });
      }
    });
  }
}

async function addCredential(ada: Person, names: string[], options?: AuthenticatorOptions): Promise<Authenticator> {
  const authenticator = await Authenticator.add(ada.device, options);
  for (const name of names) await ada.choose(name);
  await expect(ada.ui.getByRole("heading", { name: "Keep these recovery codes" })).toBeVisible();
  return ada.mode === "window" ? authenticator.unplugged() : authenticator;
}

/** What is plugged in stays there for a page; a window has to be given it. */
async function useCredential(ada: Person, authenticator: Authenticator, name: string): Promise<void> {
  if (ada.mode === "window") await authenticator.plugInto(ada.device);
  await ada.choose(name);
}

/** Opens the newest link as another device would, and says yes. */
async function follow(ada: Person, browser: Browser): Promise<void> {
  await expect(ada.ui.getByText("We sent a link to")).toBeVisible();
  const elsewhere = await browser.newContext();
  const reader = new LinkPage(await elsewhere.newPage());
  await reader.open(await newestLink(ada.application.server, EMAIL));
  await reader.yes.click();
  await expect(reader.heading).toHaveText("Done");
  await elsewhere.close();
}
