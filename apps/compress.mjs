// Lays a brotli and a gzip file beside each built asset that is worth it: the server answers with what the browser takes
// (crates/server/src/assets.rs). Run by `npm run build` at the root, after the pages.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

/** Bytes below which a file fits in the answer's first packet anyway. */
const WORTH_IT = 1000;

const brotli = (bytes) =>
  brotliCompressSync(bytes, {
    params: {
      [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
      [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
    },
  });

const apps = new URL("./", import.meta.url);
for (const app of readdirSync(apps)) {
  const assets = new URL(`${app}/dist/assets/`, apps);
  if (!existsSync(assets)) continue;
  for (const name of readdirSync(assets).filter((name) => /\.(css|js|svg)$/.test(name))) {
    const bytes = readFileSync(new URL(name, assets));
    if (bytes.length < WORTH_IT) continue;
    writeFileSync(new URL(`${name}.br`, assets), brotli(bytes));
    writeFileSync(new URL(`${name}.gz`, assets), gzipSync(bytes, { level: 9 }));
  }
}
