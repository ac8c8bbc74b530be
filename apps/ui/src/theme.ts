import type { Theme } from "@countersign/browser";

/** Lays a tenant's looks over ours: custom properties alone, whose values the server has checked. */
export function dress(theme: Theme): void {
  const { style } = document.documentElement;
  const properties: [string, string | undefined][] = [
    ["--brand-light", theme.primary],
    ["--on-brand-light", theme.onPrimary],
    ["--brand-dark", theme.primaryDark ?? theme.primary],
    ["--on-brand-dark", theme.onPrimaryDark ?? theme.onPrimary],
    ["--ground-light", theme.background],
    ["--ground-dark", theme.backgroundDark],
    ["--radius", theme.radius === undefined ? undefined : `${theme.radius}px`],
    ["--font", theme.font],
  ];
  for (const [name, value] of properties) {
    if (value === undefined) style.removeProperty(name);
    else style.setProperty(name, value);
  }
}
