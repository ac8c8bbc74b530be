/** A call from the shop's backend to the Server API, as the backend reports it. */
export interface ServerCall {
  purpose: string;
  method: string;
  path: string;
  request: unknown;
  status: number;
  response: unknown;
  durationMs: number;
}

/** One step of what happened. `at` is milliseconds since the page opened. */
export type Step = { at: number } & (
  | { kind: "server"; call: ServerCall }
  /** `times` in a row. */
  | { kind: "client"; path: string; status: number; durationMs: number; times: number }
  | { kind: "sdk"; call: string; outcome: unknown; failed: boolean }
);

/** What one click set off. */
export interface Story {
  title: string;
  at: Date;
  steps: Step[];
}

const MOST_STORIES = 12;

/** The record behind the drawer "What just happened": newest story first. */
class Trace extends EventTarget {
  readonly stories: Story[] = [];

  /** Opens a story; steps from now on belong to it. */
  begin(title: string): void {
    this.stories.unshift({ title, at: new Date(), steps: [] });
    this.stories.length = Math.min(this.stories.length, MOST_STORIES);
    this.changed();
  }

  serverCall(call: ServerCall): void {
    this.add({ at: performance.now(), kind: "server", call });
  }

  sdkCall(call: string, outcome: unknown, failed: boolean): void {
    this.add({ at: performance.now(), kind: "sdk", call, outcome, failed });
  }

  add(step: Step): void {
    const story = this.stories[0];
    if (!story) return;
    const last = story.steps.at(-1);
    // A page that waits for a link asks each second.
    const isAgain = step.kind === "client" && last?.kind === "client" && last.path === step.path;
    if (isAgain) Object.assign(last, step, { times: last.times + 1 });
    else story.steps.push(step);
    story.steps.sort((a, b) => a.at - b.at);
    this.changed();
  }

  private changed(): void {
    this.dispatchEvent(new Event("change"));
  }
}

export const trace = new Trace();

/** Notes the SDK's requests to the Client API by watching the browser's own list of them; the SDK is left as published. */
export function watchClientApi(): void {
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as PerformanceResourceTiming[]) {
      const { pathname } = new URL(entry.name);
      if (!pathname.startsWith("/v1/client/")) continue;
      trace.add({
        at: entry.responseEnd,
        kind: "client",
        path: pathname,
        status: entry.responseStatus,
        durationMs: Math.round(entry.duration),
        times: 1,
      });
    }
  });
  observer.observe({ type: "resource" });
}
