import type { Theme } from "@countersign/browser";
import { canRead, readableOn } from "./contrast.js";

/** What a prompt is written on, as in style/base.css. */
const SHEET = { light: "#ffffff", dark: "#1c201f" };

/** Lays a tenant's looks over ours: custom properties alone, whose values the server has checked. */
export function dress(theme: Theme): void {
  const { style } = document.documentElement;
  const dark = theme.primaryDark ?? theme.primary;
  const properties: [string, string | undefined][] = [
    ...brand("light", theme.primary, theme.onPrimary),
    ...brand("dark", dark, theme.onPrimaryDark ?? (theme.primaryDark ? undefined : theme.onPrimary)),
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

/**
 * A tenant's own colour: on buttons as it is, with black or white on it where the tenant says nothing. Links, icons and focus rings
 * take it only where it can be read on the sheet, and a button that would vanish there gets an edge.
 */
function brand(mode: "light" | "dark", color?: string, on?: string): [string, string | undefined][] {
  const isReadable = color === undefined || canRead(color, SHEET[mode]);
  return [
    [`--brand-${mode}`, color],
    [`--on-brand-${mode}`, on ?? (color && readableOn(color))],
    [`--accent-${mode}`, isReadable ? color : "var(--ink)"],
    [`--edge-${mode}`, isReadable ? undefined : "var(--field-line)"],
  ];
}
