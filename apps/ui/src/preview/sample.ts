import type { Authenticator, AuthenticatorMethod, EnrollingApp, Prompt, PromptKind } from "@countersign/browser";

const ENROLLED: AuthenticatorMethod[] = ["PASSKEY", "SECURITY_KEY", "AUTHENTICATOR_APP", "EMAIL_OTP", "SMS"];
const ANSWERS: AuthenticatorMethod[] = [...ENROLLED, "EMAIL_MAGIC_LINK", "WHATSAPP", "RECOVERY_CODE"];

/** A prompt of this kind for somebody who does not exist. */
export function samplePrompt(tenant: Prompt["tenant"], kind: PromptKind, locale: string): Prompt {
  return {
    kind,
    action: "preview",
    state: kind === "DONE" ? "CHALLENGE_SUCCEEDED" : "CHALLENGE_REQUIRED",
    methods: kind === "ENROL" || kind === "SETTINGS" ? [...ENROLLED, "EMAIL_MAGIC_LINK"] : ANSWERS,
    authenticators:
      kind === "ENROL" ? [] : [...ENROLLED, "EMAIL_MAGIC_LINK" as const, "RECOVERY_CODE" as const].map(factor),
    user: { userId: "preview" },
    tenant,
    locale,
    origins: [],
    mayEnrol: true,
    mayRenewRecoveryCodes: true,
    mayRemoveLastFactor: false,
    upliftEveryDays: 0,
  };
}

function factor(verificationMethod: AuthenticatorMethod, n: number): Authenticator {
  const day = (before: number) => new Date(Date.now() - before * 86_400_000).toISOString();
  return {
    userAuthenticatorId: `preview-${n}`,
    verificationMethod,
    createdAt: day(90),
    lastVerifiedAt: day(n * 9),
    isDefault: n === 0,
    ...(verificationMethod.startsWith("EMAIL") && { email: "a***@example.com" }),
    ...(verificationMethod === "SMS" && { phoneNumber: "+44*******89" }),
    ...(verificationMethod === "RECOVERY_CODE" && { recoveryCodesLeft: 8 }),
  };
}

/** Recovery codes that let nobody in. */
export function sampleCodes(): string[] {
  return Array.from({ length: 10 }, (_, n) => `SAMP-LE0${n}-CODE-000${n}`);
}

/** An authenticator app's secret that is nobody's, under a picture that is no QR code and only looks like one. */
export function sampleApp(): EnrollingApp {
  const eye = (x: number, y: number) => `M${x} ${y}h7v7h-7zm1 1v5h5v-5zm1 1h3v3h-3z`;
  const dots = Array.from({ length: 21 * 21 }, (_, at) => ({ x: at % 21, y: Math.floor(at / 21) }))
    .filter(({ x, y }) => (x * 7 + y * 11 + x * y) % 5 < 2 && !((x < 8 || x > 12) && y < 8) && !(x < 8 && y > 12))
    .map(({ x, y }) => `M${x} ${y}h1v1h-1z`);
  const path = [eye(0, 0), eye(14, 0), eye(0, 14), ...dots].join("");
  const picture = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="-2 -2 25 25"><path fill="#fff" d="M-2-2h25v25h-25z"/><path fill-rule="evenodd" d="${path}"/></svg>`;
  return {
    userAuthenticatorId: "preview",
    userId: "preview",
    uri: "#",
    secret: "SAMPLESAMPLESAMPLESAMPLESAMPLE22",
    qrCode: `data:image/svg+xml;base64,${btoa(picture)}`,
  };
}
