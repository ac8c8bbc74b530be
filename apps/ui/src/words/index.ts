import { en, type Dictionary, type Key } from "./en.js";

/** The text of a key, with its gaps filled. */
export type Translate = (key: Key, fill?: Record<string, string>) => string;

export interface Words {
  locale: string;
  t: Translate;
}

/** Languages that are loaded when somebody speaks them. */
const LANGUAGES: Record<string, () => Promise<Dictionary>> = {
  en: () => Promise.resolve(en),
  de: () => import("./de.js").then(({ de }) => de),
  fr: () => import("./fr.js").then(({ fr }) => fr),
  es: () => import("./es.js").then(({ es }) => es),
  ja: () => import("./ja.js").then(({ ja }) => ja),
  ar: () => import("./ar.js").then(({ ar }) => ar),
};

/** Codes of the languages that are spoken here. */
export const SPOKEN: readonly string[] = Object.keys(LANGUAGES);

const RIGHT_TO_LEFT = new Set(["ar"]);

/**
 * The words of the first language that is spoken here: what the server says of the user, then the browser's. The tenant's own
 * texts lie over ours; they are text, never markup.
 */
export async function speak(wanted?: string, overrides: Record<string, Record<string, string>> = {}): Promise<Words> {
  const locales = [wanted, ...navigator.languages].map(canonical).filter((locale) => locale !== undefined);
  const locale = locales.find((one) => has(LANGUAGES, language(one))) ?? "en";
  const load = LANGUAGES[language(locale)];
  // A language that could not be loaded is no reason to say nothing.
  const words = (await load?.().catch(() => undefined)) ?? en;
  const own = { ...overrides["*"], ...overrides[language(locale)], ...overrides[locale] };
  const isRightToLeft = RIGHT_TO_LEFT.has(language(locale));
  document.documentElement.lang = locale;
  document.documentElement.dir = isRightToLeft ? "rtl" : "ltr";
  // An address within a sentence of the other direction keeps its own (Unicode's isolates, UAX 9 §2.4).
  const set = (text: string) => (isRightToLeft ? `\u2068${text}\u2069` : text);
  const filled = (text: string, fill: Record<string, string>) =>
    text.replace(/\{(\w+)\}/g, (gap, name: string) => (has(fill, name) ? set(fill[name] ?? "") : gap));
  return { locale, t: (key, fill = {}) => filled(own[key] ?? words[key], fill) };
}

/** Whether a name is one of a table's own: every object has a `constructor`. */
function has(table: object, name: string): boolean {
  return Object.prototype.hasOwnProperty.call(table, name);
}

/** As BCP 47 writes it, which is what dates are formatted by; `undefined` for what is no locale. Many write `de_AT`. */
function canonical(locale: string | undefined): string | undefined {
  try {
    return Intl.getCanonicalLocales(locale?.replaceAll("_", "-"))[0];
  } catch {
    return undefined;
  }
}

/** The language of a locale. */
export function language(locale: string): string {
  return locale.split(/[-_]/)[0]?.toLowerCase() ?? "";
}
