/** Light or dark. */
export type Mode = "light" | "dark";

let preferred: Mode | undefined;
/** Rules for dark pages, once their condition was changed. */
const dark = new Set<CSSMediaRule>();

/** The media query of what is for dark pages alone. */
export function darkMedia(): string {
  if (preferred === undefined) return "(prefers-color-scheme: dark)";
  return preferred === "dark" ? "all" : "not all";
}

/** Shows the page as to somebody who prefers light or dark pages, whatever the browser says of who looks at it. */
export function prefer(mode: Mode): void {
  for (const { cssRules } of document.styleSheets) {
    for (const rule of cssRules)
      if (rule instanceof CSSMediaRule && rule.conditionText.includes("prefers-color-scheme: dark")) dark.add(rule);
  }
  preferred = mode;
  for (const rule of dark) rule.media.mediaText = darkMedia();
  document.documentElement.style.colorScheme = mode;
}
