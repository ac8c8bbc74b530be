import { test as base } from "../support/test.js";
import { Application } from "./application.js";

export { expect } from "../support/test.js";

/** A test with an application of its own, and the calls of its SDK. */
export const test = base.extend<{ application: Application; sdk: Sdk }>({
  application: async ({ server }, use) => {
    // Tests before this one may have written to the same addresses.
    await fetch(`${server.url}/dev/inbox`, { method: "DELETE" });
    const application = await Application.start(server);
    await use(application);
    await application.stop();
  },
  sdk: async ({ page, application }, use) => {
    await application.open(page);
    await use(async (call, parameter) => {
      const outcome = page.evaluate(
        async ([call, parameter]) => {
          const sdk = (window as unknown as Record<string, any>)["sdk"];
          const [group, name] = call.split(".") as [string, string | undefined];
          try {
            return name ? await sdk[group][name](parameter) : await sdk[group](parameter);
          } catch (error) {
            const { name, code, message } = error as Error & { code?: string };
            return { thrown: { name, code, message } };
          }
        },
        [call, parameter] as const,
      );
      return (await outcome) ?? {};
    });
  },
});

/** Calls a method of the SDK in the page: `sdk("passkey.signUp", { token })`. What it throws comes back as `thrown`. */
export type Sdk = (call: string, parameter?: unknown) => Promise<any>;
