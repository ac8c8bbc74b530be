// Judges a page by Lighthouse, on a phone and on a desktop. Usage: node lighthouse.mjs URL RUNS; one line of JSON a run.
import { launch } from "chrome-launcher";
import lighthouse, { desktopConfig } from "lighthouse";

const [url, runs] = process.argv.slice(2);
const CATEGORIES = ["performance", "accessibility", "best-practices"];
const FIGURES = {
  firstPaintMs: "first-contentful-paint",
  largestPaintMs: "largest-contentful-paint",
  blockedMs: "total-blocking-time",
  shift: "cumulative-layout-shift",
  bytes: "total-byte-weight",
};

const chrome = await launch({
  chromePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  // Chromium must not look for hosts of its own: the page needs none, and they would be in the figures.
  chromeFlags: [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
});
try {
  for (const [device, config] of [
    ["phone", undefined],
    ["desktop", desktopConfig],
  ]) {
    for (let run = 0; run < Number(runs); run += 1) {
      const flags = { port: chrome.port, logLevel: "error", onlyCategories: CATEGORIES };
      const { lhr } = await lighthouse(url, flags, config);
      if (lhr.runtimeError) throw new Error(lhr.runtimeError.message);
      const scores = CATEGORIES.map((name) => Math.round((lhr.categories[name].score ?? 0) * 100));
      const figures = Object.entries(FIGURES).map(([name, audit]) => [name, lhr.audits[audit]?.numericValue ?? 0]);
      console.log(JSON.stringify({ device, scores, ...Object.fromEntries(figures), faults: faultsOf(lhr) }));
    }
  }
} finally {
  chrome.kill();
}

/** The audits that take anything from a score. */
function faultsOf({ audits, categories }) {
  const counted = CATEGORIES.flatMap((name) => categories[name].auditRefs).filter(({ weight }) => weight > 0);
  const ids = new Set(counted.map(({ id }) => id));
  return [...ids].filter((id) => audits[id].score !== null && audits[id].score < 0.9);
}
