import { byId, h } from "./dom";

const GOOD_NEWS_LASTS_MS = 6000;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Says something to everyone, screen readers included. Good news goes by itself; a problem stays until it is closed. */
export function notice(text: string, kind: "good" | "problem" = "good"): void {
  clearTimeout(timer);
  const close = h(
    "button",
    { type: "button", class: "quiet", "aria-label": "Close this message", click: clearNotice },
    "✕",
  );
  byId("notice").replaceChildren(h("div", { class: `note ${kind}` }, h("p", {}, text), close));
  if (kind === "good") timer = setTimeout(clearNotice, GOOD_NEWS_LASTS_MS);
}

/** Takes the last message away. */
export function clearNotice(): void {
  byId("notice").replaceChildren();
}

/** Takes away a problem that belongs to the page just left; good news may travel along. */
export function clearProblem(): void {
  if (byId("notice").querySelector(".problem")) clearNotice();
}
