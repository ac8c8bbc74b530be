/** WCAG 2.2: the least contrast of text with what is behind it (1.4.3). */
const READABLE = 4.5;

/** Relative luminance of `#rgb` or `#rrggbb` (WCAG 2.2, definitions): 0 is black, 1 white. */
function luminance(color: string): number {
  const digits = color.slice(1).replace(/^(.)(.)(.)$/, "$1$1$2$2$3$3");
  const [red = 0, green = 0, blue = 0] = [0, 2, 4].map((at) => {
    const share = Number.parseInt(digits.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** Whether text in one of two colours can be read on the other. */
export function canRead(text: string, ground: string): boolean {
  return contrast(text, ground) >= READABLE;
}

/** Black or white, whichever reads better on a colour. One of them always does. */
export function readableOn(ground: string): string {
  return contrast("#ffffff", ground) >= contrast("#000000", ground) ? "#ffffff" : "#000000";
}
