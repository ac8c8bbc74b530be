import { defineConfig } from "vite";

export default defineConfig({
  base: "/demo/",
  build: {
    target: "es2022",
    // The page's Content-Security-Policy allows scripts and styles from its own origin only.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
  },
});
