import type { App } from "../app";
import { h } from "../dom";
import { euros } from "../words";
import { picture } from "./art";

/** The receipt, with the verdict that let the order through. */
export function thanks(app: App): HTMLElement {
  const { order, verdict } = app.lastOrder ?? {};
  if (!order)
    return h(
      "div",
      { class: "narrow empty" },
      h("h1", { tabindex: -1 }, "No order yet"),
      h("p", {}, h("a", { class: "button", href: "#/" }, "To the shelf")),
    );
  return h(
    "div",
    { class: "narrow thanks" },
    h("div", { class: "frame cup" }, picture("cup")),
    h("h1", { tabindex: -1 }, "Thank you"),
    h("p", { class: "lead" }, `Order ${order.number} over ${euros(order.totalCents)} is on its way.`),
    verdict
      ? h(
          "section",
          { class: "verdict", "aria-labelledby": "verdict-title" },
          h("h2", { id: "verdict-title" }, "The verdict that let it through"),
          h("p", {}, "The shop's backend asked /v1/validate before it took the order. This is what it heard:"),
          h("pre", { tabindex: 0 }, JSON.stringify(verdict, null, 2)),
        )
      : h("p", {}, `It was small enough to go through without a challenge: nothing was tracked.`),
    h("p", {}, h("a", { class: "button", href: "#/" }, "Back to the shelf")),
  );
}
