import { byId, h } from "../dom";
import { trace, type Step, type Story } from "./record";

const WHO: Record<Step["kind"], string> = {
  server: "Shop backend → Server API",
  client: "Browser → Client API",
  sdk: "In this page",
};

/** Draws the drawer and keeps it up to date. `toggle` is the button that opens it on narrow screens. */
export function mountDrawer(): void {
  const drawer = byId("trace");
  const list = h("div", { class: "stories" });
  drawer.append(
    h(
      "div",
      { class: "trace-head" },
      h("h2", { id: "trace-title" }, "What just happened"),
      h("button", { type: "button", class: "quiet trace-close", click: () => showDrawer(false) }, "Close"),
    ),
    list,
  );
  drawer.addEventListener("keydown", (event) => {
    if (event.key === "Escape") showDrawer(false);
  });
  const draw = (): void => list.replaceChildren(...(trace.stories.length ? trace.stories.map(story) : [emptyText()]));
  trace.addEventListener("change", draw);
  draw();
}

/** Opens or closes the drawer; on wide screens it stands beside the shop from the start. */
export function showDrawer(open: boolean): void {
  document.body.classList.toggle("trace-open", open);
  document.body.classList.toggle("trace-closed", !open);
  const toggle = document.getElementById("trace-toggle");
  toggle?.setAttribute("aria-expanded", String(open));
  if (open) byId("trace").querySelector<HTMLElement>(".trace-close")?.focus();
  else toggle?.focus();
}

/** Whether the drawer can be seen. */
export const drawerIsOpen = (): boolean => getComputedStyle(byId("trace")).visibility === "visible";

function emptyText(): HTMLElement {
  return h(
    "div",
    { class: "trace-empty" },
    h("p", {}, "Sign up, sign in or check out: every call that makes it work appears here, in order."),
    h(
      "ol",
      {},
      h(
        "li",
        {},
        h("b", {}, "track"),
        ": the backend says what a user is about to do, and learns whether a challenge comes first.",
      ),
      h("li", {}, h("b", {}, "challenge"), ": the SDK in the page asks for a passkey, a security key or a code."),
      h("li", {}, h("b", {}, "validate"), ": the backend asks for the verdict before it does anything."),
    ),
  );
}

function story({ title, at, steps }: Story, index: number): HTMLElement {
  const time = at.toLocaleTimeString("en", { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
  return h(
    "details",
    { class: "story", open: index === 0 },
    h("summary", {}, h("span", {}, title), h("time", { datetime: at.toISOString() }, time)),
    steps.length > 0 && h("ol", { class: "steps" }, ...steps.map(step)),
  );
}

function step(step: Step): HTMLElement {
  return h("li", { class: `step ${step.kind}` }, h("span", { class: "who" }, WHO[step.kind]), ...body(step));
}

function body(step: Step): HTMLElement[] {
  switch (step.kind) {
    case "client":
      return [line(step.times > 1 ? `${step.path} × ${step.times}` : step.path, step.status, step.durationMs)];
    case "sdk":
      return [
        h("p", { class: "line" }, h("code", {}, step.call), outcome(step.failed ? "refused" : "done", step.failed)),
        json("Result", step.outcome),
      ];
    case "server": {
      const { call } = step;
      return [
        h("p", { class: "purpose" }, call.purpose),
        line(`${call.method} ${call.path}`, call.status, call.durationMs),
        summary(call.response),
        ...(call.request === null ? [] : [json("Request", call.request)]),
        json("Answer", call.response),
      ];
    }
  }
}

function line(request: string, status: number, durationMs: number): HTMLElement {
  const failed = status >= 400;
  return h(
    "p",
    { class: "line" },
    h("code", {}, request),
    outcome(`${status || "no answer"} · ${durationMs} ms`, failed),
  );
}

const outcome = (text: string, failed: boolean): HTMLElement =>
  h("span", { class: failed ? "outcome bad" : "outcome" }, text);

/** The members of an answer that decide what happens next. */
function summary(response: unknown): HTMLElement {
  const answer = (response ?? {}) as Record<string, unknown>;
  const telling = ["isValid", "state", "verificationMethod", "errorCode"].filter((name) => answer[name] !== undefined);
  return h(
    "p",
    { class: "telling" },
    ...telling.map((name) => h("span", { class: "chip" }, `${name}: ${String(answer[name])}`)),
  );
}

function json(title: string, value: unknown): HTMLElement {
  return h(
    "details",
    { class: "json" },
    h("summary", {}, title),
    h("pre", { tabindex: 0 }, JSON.stringify(value, null, 2)),
  );
}
