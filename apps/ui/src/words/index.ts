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

const RIGHT_TO_LEFT = new Set(["ar"]);

/**
 * The words of the first language that is spoken here: what the server says of the user, then the browser's. The tenant's own
 * texts lie over ours; they are text, never markup.
 */
export async function speak(wanted?: string, overrides: Record<string, Record<string, string>> = {}): Promise<Words> {
  const locales = [wanted, ...navigator.languages].filter((locale) => locale !== undefined);
  const locale = locales.find((one) => language(one) in LANGUAGES) ?? "en";
  const load = LANGUAGES[language(locale)];
  // A language that could not be loaded is no reason to say nothing.
  const words = (await load?.().catch(() => undefined)) ?? en;
  const own = { ...overrides["*"], ...overrides[language(locale)], ...overrides[locale] };
  document.documentElement.lang = locale;
  document.documentElement.dir = RIGHT_TO_LEFT.has(language(locale)) ? "rtl" : "ltr";
  return {
    locale,
    t: (key, fill = {}) => (own[key] ?? words[key]).replace(/\{(\w+)\}/g, (gap, name: string) => fill[name] ?? gap),
  };
}

function language(locale: string): string {
  return locale.split(/[-_]/)[0]?.toLowerCase() ?? "";
}
