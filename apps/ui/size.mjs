// What a browser loads before the first screen, compressed as the server sends it at worst (gzip): fails above the limit.
// Usage: npm run size --workspace apps/ui, after a build.
import { readdirSync, readFileSync } from "node:fs";
import { brotliCompressSync, gzipSync } from "node:zlib";

/** Bytes of compressed JavaScript at the first load. */
const LIMIT = 60_000;

const dist = new URL("dist/", import.meta.url);
const page = readFileSync(new URL("index.html", dist), "utf8");
const files = readdirSync(new URL("assets/", dist)).map((name) => {
  const content = readFileSync(new URL(`assets/${name}`, dist));
  return {
    name,
    isFirst: page.includes(`/assets/${name}"`),
    bytes: gzipSync(content, { level: 9 }).length,
    brotli: brotliCompressSync(content).length,
  };
});

const sum = (chosen, size = "bytes") => chosen.reduce((all, one) => all + one[size], 0);
const scripts = files.filter(({ name }) => name.endsWith(".js"));
const first = scripts.filter(({ isFirst }) => isFirst);
const languages = scripts.filter(({ isFirst }) => !isFirst).map(({ bytes }) => bytes);
// One language more is loaded by who speaks another than English.
const script = sum(first) + Math.max(0, ...languages);
const style = sum(files.filter(({ name, isFirst }) => isFirst && name.endsWith(".css")));

const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} KB`;
console.log(
  `pre-built UI, first load: JavaScript ${kilobytes(sum(first))} (as brotli ${kilobytes(sum(first, "brotli"))}), ` +
    `with a language ${kilobytes(script)}, style ${kilobytes(style)}`,
);
if (first.length === 0) throw new Error("dist/index.html names no script: build first");
if (script > LIMIT) throw new Error(`more than ${kilobytes(LIMIT)} of JavaScript`);
