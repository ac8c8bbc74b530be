import { test as base } from "@playwright/test";
import { Server } from "./server.js";

export { expect } from "@playwright/test";

/** Playwright's test with the real server: one a worker, started before its first test. */
export const test = base.extend<object, { server: Server }>({
  server: [
    async ({}, use) => {
      const server = await Server.start();
      await use(server);
      await server.stop();
    },
    { scope: "worker" },
  ],
});
