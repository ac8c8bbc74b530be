import { defineConfig } from "vite";

export default defineConfig({
  base: "/docs/",
  build: {
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    // The renderer is one file of 1.7 MB, fetched from the server itself by people who came to read.
    chunkSizeWarningLimit: 2000,
    rolldownOptions: { input: ["index.html", "client.html", "server.html", "management.html"] },
  },
});
