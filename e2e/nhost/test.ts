import { test as base } from "../support/test.js";
import { Application } from "./application.js";
import type { Line } from "./sdk.js";

export { expect } from "../support/test.js";

interface Options {
  /** Which line of the SDK the application is written against. */
  line: Line;
  /** How its tenant is set up. */
  settings: object;
}

/** A test with an application of its own. */
export const test = base.extend<Options & { application: Application }>({
  line: ["3", { option: true }],
  settings: [{}, { option: true }],
  application: async ({ server, line, settings }, use) => {
    await fetch(`${server.url}/dev/inbox`, { method: "DELETE" });
    const application = await Application.start(server, line, settings);
    await use(application);
    await application.stop();
  },
});
