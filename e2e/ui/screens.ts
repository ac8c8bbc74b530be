import { readFileSync } from "node:fs";
import type { Page } from "@playwright/test";
import type { Application } from "../browser-sdk/application.js";

/** What a call of the Client API answers: a body, an error as its `status` and `errorCode`, or nothing at all. */
type Answer = object | "none";

/** A screen of the pre-built UI, in whatever language: reached by what the server would answer. */
export interface Screen {
  name: string;
  prompt: Answer;
  /** Answers by the end of the call's path. */
  calls?: Record<string, Answer>;
  /** What the user does until the screen stands there. */
  act?: (page: Page) => Promise<void>;
}

const LOGO = `data:image/svg+xml;base64,${btoa(
  `<svg xmlns="http://www.w3.org/2000/svg" width="150" height="36"><circle cx="18" cy="18" r="16" fill="#5b2a86"/>
  <text x="44" y="25" font-family="sans-serif" font-size="22" font-weight="700" fill="#2a1140">Harbour</text></svg>`,
)}`;
const LONG_NAME = "Allgemeine Verkehrs- und Wohnungsbaugenossenschaft am Alten Güterbahnhof eG";
const LONG_EMAIL = "maximiliane.von-und-zu-hohenstein.buchhaltung@department-of-long-addresses.example.com";
const ALL = ["PASSKEY", "SECURITY_KEY", "AUTHENTICATOR_APP", "EMAIL_MAGIC_LINK", "EMAIL_OTP", "WHATSAPP", "SMS"];
const WRONG = { isVerified: false, failureReason: "CODE_INVALID_OR_EXPIRED" };
const OVER = { isVerified: false, failureReason: "MAX_ATTEMPTS_EXCEEDED" };
const QR = `data:image/svg+xml;base64,${btoa(
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 21 21"><path fill="#fff" d="M0 0h21v21H0z"/><path d="M2 2h5v5H2zM14 2h5v5h-5zM2 14h5v5H2zM9 3h2v4H9zM9 9h9v2H9zM12 13h4v6h-4zM3 9h3v3H3z"/></svg>`,
)}`;
const APP = {
  userAuthenticatorId: "a",
  userId: "ada",
  uri: "otpauth://totp/Shop:ada?secret=JBSWY3DPEHPK3PXP",
  secret: "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
  qrCode: QR,
};
const CODES = Array.from({ length: 10 }, (_, n) => `T54${n}-P57Y-FF6C-TKM${n}`);

const sent = { challengeId: "c" };
const press = (page: Page, nth = 0) => page.getByRole("main").getByRole("button").nth(nth).click();
const type = async (page: Page, text: string) => {
  await page.getByRole("textbox").fill(text);
  await page.keyboard.press("Enter");
};

function prompt(kind: string, methods: string[] = [], more: object = {}): object {
  const factor = (verificationMethod: string, n: number) => ({
    userAuthenticatorId: `a${n}`,
    verificationMethod,
    createdAt: "2026-11-01T10:00:00.000Z",
    isDefault: n === 0,
    ...(verificationMethod.startsWith("EMAIL") && { email: "a***@example.com" }),
    ...(verificationMethod === "SMS" && { phoneNumber: "+64*******89" }),
    ...(verificationMethod === "RECOVERY_CODE" && { recoveryCodesLeft: 8 }),
  });
  const held = kind === "ENROL" ? [] : methods.filter((one) => one !== "WHATSAPP").map(factor);
  return {
    kind,
    action: "withdraw",
    state: kind === "DONE" ? "CHALLENGE_SUCCEEDED" : "CHALLENGE_REQUIRED",
    methods,
    authenticators: held,
    mayEnrol: true,
    user: { userId: "ada" },
    tenant: { tenantId: "t", name: "Kettle & Key", theme: {}, messages: {} },
    redirectUrl: "http://localhost:1/back",
    origins: [],
    upliftEveryDays: 14,
    ...more,
  };
}

const tenant = (theme: object, name = "Harbour") => ({
  tenant: { tenantId: "t", name, theme, messages: {} },
});
const challenge = (first: string, more?: object) => prompt("CHALLENGE", [first, "PASSKEY", "RECOVERY_CODE"], more);
const UNFIT = {
  setUpAdvice:
    "The pre-built UI at https://auth.elsewhere.example cannot use passkeys of harbour.example: serve it from a host under harbour.example (countersign tenant update --custom-domain auth.harbour.example), or add https://auth.elsewhere.example to the related origins and let https://harbour.example/.well-known/webauthn answer with this server's file.",
};
const YELLOW = tenant({ primary: "#ffd400", radius: 0, background: "#fff7cc", font: "Georgia, serif", logo: LOGO });

// Providers as the server names and draws them, by the id of their authenticators.
const PROVIDERS = JSON.parse(
  readFileSync(new URL("../../crates/domain/data/aaguids.json", import.meta.url), "utf8"),
) as Record<string, object>;
const provided = (aaguid: string, name: string, n: number): object => ({
  userAuthenticatorId: `p${n}`,
  verificationMethod: "PASSKEY",
  createdAt: "2026-11-01T10:00:00.000Z",
  lastVerifiedAt: "2026-11-20T10:00:00.000Z",
  isDefault: n === 0,
  webauthnCredential: { credentialId: `c${n}`, name, aaguidMapping: PROVIDERS[aaguid] },
});
const HELD = [
  provided("ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4", "Google Password Manager", 0),
  provided("dd4ec289-e01d-41c9-bb89-70fa845d4bf2", "iCloud Keychain", 1),
  provided("08987058-cadc-4b81-b6e1-30de50dcbe96", "The laptop that stands at work beside the window", 2),
  provided("bada5566-a7aa-401f-bd96-45619a55120d", "1Password", 3),
];
// WhatsApp goes to a phone for SMS, and recovery codes come with other factors: neither is added by itself.
const settings = (more: object = {}) =>
  prompt("SETTINGS", [...ALL, "RECOVERY_CODE"], { methods: ALL.filter((one) => one !== "WHATSAPP"), ...more });
const inSettings = (name: string, act: Screen["act"], calls: Screen["calls"] = {}): Screen => ({
  name: `settings-${name}`,
  prompt: settings({ mayRenewRecoveryCodes: true }),
  calls,
  ...(act && { act }),
});
const openFactor = (page: Page) => press(page);
const twice = async (page: Page) => {
  await page.locator(".danger").click();
  await page.locator("form").waitFor({ state: "detached" });
  await page.locator(".danger").click();
  await page.locator(".alert").waitFor();
};
const refused = { status: 400, errorCode: "last_factor" };

/** Every screen there is. */
export const SCREENS: Screen[] = [
  { name: "passkey", prompt: prompt("CHALLENGE", ["PASSKEY", "EMAIL_OTP"]) },
  {
    name: "passkey-refused",
    prompt: prompt("CHALLENGE", ["PASSKEY", "EMAIL_OTP"]),
    calls: { "authentication-options": { status: 400, errorCode: "invalid_credential" } },
    act: (page) => press(page),
  },
  {
    name: "choose",
    prompt: prompt("CHALLENGE", [...ALL, "RECOVERY_CODE"]),
    act: (page) => press(page, 1),
  },
  { name: "passkey-unfit", prompt: challenge("PASSKEY", UNFIT), act: (page) => page.locator("summary").click() },
  { name: "passkey-unfit-alone", prompt: prompt("CHALLENGE", ["PASSKEY"], UNFIT) },
  { name: "security-key", prompt: challenge("SECURITY_KEY") },
  { name: "email-code", prompt: challenge("EMAIL_OTP"), calls: { "challenge/email-otp": sent } },
  {
    name: "email-code-wrong",
    prompt: challenge("EMAIL_OTP"),
    calls: { "challenge/email-otp": sent, "verify/email-otp": WRONG },
    act: (page) => page.getByRole("textbox").fill("123456"),
  },
  {
    name: "sms-code-used-up",
    prompt: challenge("SMS"),
    calls: { "challenge/sms": sent, "verify/sms": OVER },
    act: (page) => page.getByRole("textbox").fill("123456"),
  },
  {
    name: "sms-not-delivered",
    prompt: challenge("SMS"),
    calls: { "challenge/sms": { status: 503, errorCode: "delivery_failed" } },
  },
  { name: "app-code", prompt: challenge("AUTHENTICATOR_APP") },
  { name: "recovery-code", prompt: prompt("CHALLENGE", ["RECOVERY_CODE"]) },
  {
    name: "link",
    prompt: challenge("EMAIL_MAGIC_LINK"),
    calls: { "challenge/email-magic-link": sent, "email-magic-link/finalize": { isVerified: false } },
  },
  { name: "nothing-to-prove-by", prompt: prompt("CHALLENGE") },
  { name: "enrol", prompt: prompt("ENROL", ALL.slice(0, 5).concat("SMS")) },
  { name: "add-passkey", prompt: prompt("ENROL", ["PASSKEY", "SMS"]), act: (page) => press(page) },
  { name: "add-passkey-unfit", prompt: prompt("ENROL", ["PASSKEY", "SMS"], UNFIT), act: (page) => press(page) },
  { name: "add-key", prompt: prompt("ENROL", ["SECURITY_KEY", "SMS"]), act: (page) => press(page) },
  {
    name: "add-email-wrong",
    prompt: prompt("ENROL", ["EMAIL_OTP", "SMS"]),
    act: (page) => press(page).then(() => type(page, "ada at example")),
  },
  {
    name: "add-email-code",
    prompt: prompt("ENROL", ["EMAIL_OTP", "SMS"]),
    calls: { "user-authenticators/email-otp": APP },
    act: (page) => press(page).then(() => type(page, LONG_EMAIL)),
  },
  { name: "add-phone", prompt: prompt("ENROL", ["SMS", "PASSKEY"]), act: (page) => press(page) },
  {
    name: "add-app",
    prompt: prompt("ENROL", ["AUTHENTICATOR_APP", "SMS"]),
    calls: { "user-authenticators/totp": APP },
    act: (page) => press(page).then(() => page.locator("summary").click()),
  },
  {
    name: "recovery-codes",
    prompt: prompt("RECOVERY_CODES"),
    calls: { "user-authenticators/recovery-codes": { recoveryCodes: CODES } },
  },
  { name: "uplift", prompt: prompt("UPLIFT") },
  inSettings("list", undefined),
  { name: "settings-providers", prompt: settings({ authenticators: HELD, mayRenewRecoveryCodes: true }) },
  inSettings("add", (page) => page.locator(".button.secondary").first().click()),
  inSettings("factor", openFactor),
  inSettings("factor-unnamed", (page) => openFactor(page).then(() => type(page, "   "))),
  {
    name: "settings-factor-last",
    prompt: settings({ authenticators: HELD.slice(2, 3) }),
    act: openFactor,
  },
  inSettings("remove", (page) => openFactor(page).then(() => page.locator(".danger").click())),
  inSettings("remove-refused", (page) => openFactor(page).then(() => twice(page)), {
    "user-authenticators/a0": refused,
  }),
  inSettings("renew", (page) => page.locator(".part .button").click()),
  { name: "done", prompt: prompt("DONE", [], { redirectUrl: undefined }) },
  { name: "blocked", prompt: prompt("BLOCKED", [], tenant({}, LONG_NAME)) },
  { name: "review", prompt: prompt("REVIEW") },
  { name: "failed", prompt: prompt("FAILED") },
  { name: "expired", prompt: { status: 401, errorCode: "expired_token" } },
  { name: "offline", prompt: "none" },
  { name: "error", prompt: { status: 500, errorCode: "internal_error" } },
  { name: "themed", prompt: prompt("CHALLENGE", ["PASSKEY", "EMAIL_OTP"], YELLOW) },
  { name: "themed-enrol", prompt: prompt("ENROL", ALL.slice(0, 3), YELLOW) },
  {
    name: "themed-white",
    prompt: challenge("AUTHENTICATOR_APP", tenant({ primary: "#ffffff", primaryDark: "#101312", radius: 24 })),
  },
];

/** Opens a screen as a page of its own, with a server that answers as it says. */
export async function openScreen(page: Page, { server, tenant }: Application, screen: Screen): Promise<void> {
  await page.unrouteAll();
  await page.route("**/v1/client/**", async (route) => {
    const { pathname } = new URL(route.request().url());
    const known = Object.entries(screen.calls ?? {}).find(([path]) => pathname.endsWith(path));
    const answer = pathname.endsWith("/prompt") ? screen.prompt : known?.[1];
    if (answer === undefined || answer === "none") return route.abort();
    const { status = 200, ...body } = answer as { status?: number };
    await route.fulfill({ status, json: status < 400 ? answer : { ...body, requestId: "01HZX4T9GQ" } });
  });
  const claims = btoa(JSON.stringify({ other: { tenantId: tenant.tenantId } }));
  // The same address twice would only go to another place of the page that stands there.
  await page.goto("about:blank");
  await page.goto(`${server.url}/ui/?token=a.${claims.replaceAll("=", "")}.${screen.name}`);
  await page.getByRole("heading", { level: 1 }).waitFor();
  await screen.act?.(page);
}

/** A browser on a device with fingerprints, which may offer a passkey. */
export async function ownFingerprint(page: Page): Promise<void> {
  await page.addInitScript(() => {
    // An empty page has none.
    if (typeof PublicKeyCredential === "undefined") return;
    PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable = () => Promise.resolve(true);
  });
}
