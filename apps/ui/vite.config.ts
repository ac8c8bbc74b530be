import { defineConfig } from "vite";

export default defineConfig({
  base: "/ui/",
  resolve: {
    // The package's source: no build has to come first.
    alias: { "@countersign/browser": new URL("../../packages/browser/src/index.ts", import.meta.url).pathname },
  },
  build: {
    target: "es2022",
    // The page's Content-Security-Policy allows scripts and styles from its own origin only.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
});
