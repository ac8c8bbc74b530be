import { Authsignal } from "@authsignal/node";
import { test as base } from "../browser-sdk/test.js";

export { expect } from "../browser-sdk/test.js";

/** The published Node SDK as an application's backend uses it. */
export const test = base.extend<{ node: Authsignal }>({
  node: async ({ application }, use) => {
    await use(new Authsignal({ apiSecretKey: application.tenant.apiSecretKey, apiUrl: application.server.apiUrl }));
  },
});
