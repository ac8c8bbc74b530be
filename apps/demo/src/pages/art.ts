import { drawing } from "../dom";

/** A tin with a leaf, flower, flame or moon on its label; colours come from the style sheet by class. */
function tin(motif: string): string {
  return `<g class="tin">
    <ellipse class="shade" cx="100" cy="166" rx="58" ry="7"/>
    <path class="body" d="M52 62h96v92c0 6-5 11-11 11H63c-6 0-11-5-11-11z"/>
    <path class="side" d="M132 62h16v92c0 6-5 11-11 11h-5z"/>
    <rect class="lid" x="46" y="42" width="108" height="24" rx="7"/>
    <rect class="rim" x="46" y="58" width="108" height="8" rx="4"/>
    <rect class="label" x="66" y="84" width="68" height="60" rx="6"/>
    <g class="motif">${motif}</g>
  </g>`;
}

const LEAF = `<path d="M100 136c-20-10-20-32 0-44 20 12 20 34 0 44z"/><path class="vein" d="M100 138V100m0 24-9-8m9-2 8-8"/>`;
const FLOWER = `${[0, 72, 144, 216, 288].map((turn) => `<ellipse cx="100" cy="102" rx="7.5" ry="11" transform="rotate(${turn} 100 114)"/>`).join("")}<circle class="heart" cx="100" cy="114" r="6"/>`;
const FLAME = `<path d="M101 91c3 12 15 16 15 30 0 9-7 16-16 16s-16-7-16-16c0-7 4-10 7-15 1 5 3 7 5 8 1-9 0-15 5-23z"/><path class="heart" d="M100 118c4 4 6 7 6 11a6 6 0 0 1-12 0c0-4 3-7 6-11z"/>`;
const MOON = `<path d="M109 134a22 22 0 1 1 0-40 18 18 0 0 0 0 40z"/><circle cx="117" cy="103" r="2.4"/><circle cx="123" cy="115" r="1.7"/>`;

const CUP = `<g class="cup">
  <ellipse class="shade" cx="98" cy="162" rx="52" ry="7"/>
  <path class="steam" d="M82 62c-8-10 8-16 0-27m18 27c-8-10 8-16 0-27m18 27c-8-10 8-16 0-27"/>
  <path class="handle" d="M142 96h8c10 0 15 6 15 14s-6 15-16 15h-10"/>
  <path class="body" d="M54 80h90v38c0 25-18 42-45 42s-45-17-45-42z"/>
  <path class="glaze" d="M54 80h90v22c-12 11-20-2-31 5s-20 3-29-3-18 6-30 0z"/>
  <ellipse class="brew" cx="99" cy="80" rx="45" ry="9"/>
</g>`;

const KETTLE = `<g class="kettle">
  <ellipse class="shade" cx="100" cy="164" rx="62" ry="7"/>
  <path class="bail" d="M56 92c0-62 88-62 88 0"/>
  <path class="body" d="M146 108l22-20c5-4 11 1 8 7l-24 42z"/>
  <path class="body" d="M44 118c0-25 24-40 56-40s56 15 56 40c0 29-22 44-56 44s-56-15-56-44z"/>
  <path class="shine" d="M60 112c4-12 14-18 26-20"/>
  <path class="lid" d="M72 80c4-11 52-11 56 0z"/>
  <circle class="lid" cx="100" cy="66" r="6"/>
</g>`;

const DRAWINGS: Record<string, string> = {
  assam: tin(LEAF),
  jasmine: tin(FLOWER),
  lapsang: tin(FLAME),
  chamomile: tin(MOON),
  cup: CUP,
  kettle: KETTLE,
};

/** The picture of a product. */
export function picture(productId: string): SVGElement {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 200" class="art ${productId}">${DRAWINGS[productId] ?? CUP}</svg>`;
  return drawing(svg);
}

/** The shop's mark. */
export function mark(): SVGElement {
  return drawing(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" class="mark">
    <path d="M13 30h30v9c0 7-6 13-13 13h-4c-7 0-13-6-13-13z"/><path d="M43 33h4a6 6 0 0 1 0 12h-5"/><circle cx="28" cy="15" r="6"/><path d="M34 15h14m-5 0v6"/>
  </svg>`);
}

/** The sign for a kind of factor, shown where its provider has no icon. */
export function factorSign(method: string): SVGElement {
  return drawing(SIGNS[method] ?? KEY_SIGN);
}

const KEY_SIGN = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" class="sign"><rect x="9" y="3" width="14" height="18" rx="3"/><path d="M12 21v8h8v-8"/><circle cx="16" cy="11" r="3"/></svg>`;
const SIGNS: Record<string, string> = {
  PASSKEY: `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" class="sign"><circle cx="12" cy="10" r="5"/><path d="M3 27c0-7 4-11 9-11 2 0 4 .6 5.500 1.700"/><circle cx="24" cy="16" r="3.500"/><path d="M24 19.500V28m0-3h3"/></svg>`,
  AUTHENTICATOR_APP: `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" class="sign"><circle cx="16" cy="16" r="12"/><path d="M16 9v7l5 4"/></svg>`,
  EMAIL_MAGIC_LINK: `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" class="sign"><path d="m13 19 6-6M14 9l3-3a6 6 0 0 1 9 9l-3 3M18 23l-3 3a6 6 0 0 1-9-9l3-3"/></svg>`,
  SMS: `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" class="sign"><path d="M7 5h18a3 3 0 0 1 3 3v11a3 3 0 0 1-3 3H14l-7 6v-6a3 3 0 0 1-3-3V8a3 3 0 0 1 3-3z"/><path d="M10 13.500h.01M16 13.500h.01M22 13.500h.01"/></svg>`,
  EMAIL_OTP: `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" class="sign"><rect x="4" y="7" width="24" height="18" rx="3"/><path d="m5 9.500 11 8.500 11-8.500"/></svg>`,
};
