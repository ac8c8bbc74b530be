import type { Factor } from "../backend";
import { h } from "../dom";
import { atMoment, onDay } from "../words";
import { factorSign } from "./art";

/** A way to sign in: who keeps it or where it leads, where it was made, when it was used, and the way to remove it. */
export function factorCard(factor: Factor, remove: (button: HTMLButtonElement) => void): HTMLElement {
  const credential = factor.webauthnCredential;
  const provider = credential?.aaguidMapping?.name;
  const title = provider ?? credential?.name ?? kind(factor);
  return h(
    "li",
    { class: "factor" },
    h("div", { class: "factor-icon" }, icon(factor)),
    h(
      "div",
      { class: "about" },
      h("h3", {}, title),
      h("p", {}, facts(factor, title).join(" · ")),
      h(
        "p",
        { class: "origin" },
        `Added ${onDay(factor.createdAt)}`,
        factor.lastVerifiedAt ? ` · Last used ${atMoment(factor.lastVerifiedAt)}` : " · Not used yet",
      ),
    ),
    h(
      "button",
      {
        type: "button",
        class: "quiet",
        "aria-label": `Remove ${title}`,
        click: (event) => remove(event.currentTarget as HTMLButtonElement),
      },
      "Remove",
    ),
  );
}

const KINDS: Record<string, string> = {
  PASSKEY: "Passkey",
  SECURITY_KEY: "Security key",
  AUTHENTICATOR_APP: "Authenticator app",
  EMAIL_OTP: "Code by e-mail",
  EMAIL_MAGIC_LINK: "Link by e-mail",
  SMS: "Code by SMS",
};

const kind = (factor: Factor): string => KINDS[factor.verificationMethod] ?? factor.verificationMethod;

function facts(factor: Factor, title: string): string[] {
  const credential = factor.webauthnCredential;
  const { browser, os } = credential?.parsedUserAgent ?? {};
  const madeWith = [browser?.name, os?.name].filter(Boolean).join(" on ");
  return [
    title.startsWith(kind(factor)) ? "" : kind(factor),
    factor.email ?? factor.phoneNumber ?? "",
    madeWith,
    credential?.credentialBackedUp === undefined ? "" : credential.credentialBackedUp ? "Backed up" : "Not backed up",
  ].filter(Boolean);
}

function icon(factor: Factor): Element {
  const mapping = factor.webauthnCredential?.aaguidMapping;
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const source = (dark && mapping?.svgIconDark) || mapping?.svgIconLight;
  if (source?.startsWith("data:image/")) return h("img", { src: source, alt: "", width: 32, height: 32 });
  return factorSign(factor.verificationMethod);
}
