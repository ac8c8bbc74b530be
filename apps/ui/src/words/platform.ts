import type { Translate } from "./index.js";

/** What people know a passkey of their device by (decisions §8). Names of products are the same in all languages. */
function device(): string | undefined {
  const agent = navigator.userAgent;
  if (/iPhone/.test(agent)) return "Face ID";
  // An iPad calls itself a Mac, and has a touch screen.
  if (/Macintosh|iPad/.test(agent)) return "Touch ID";
  if (/Windows/.test(agent)) return "Windows Hello";
  return undefined;
}

/** The words for passkeys on this device: never a word of the specifications. */
export function passkeyWords(t: Translate) {
  const name = device();
  const words = (plain: "passkey.use" | "passkey.set-up", named: "passkey.use-named" | "passkey.set-up-named") =>
    name ? t(named, { device: name }) : t(plain);
  return {
    use: words("passkey.use", "passkey.use-named"),
    setUp: words("passkey.set-up", "passkey.set-up-named"),
    setUpTitle: words("passkey.set-up", "passkey.set-up-named"),
    upliftTitle: name ? t("uplift.title-named", { device: name }) : t("uplift.title"),
    about: t("passkey.about"),
  };
}
