import type { App } from "./app";
import { byId, h } from "./dom";
import { mark } from "./pages/art";
import { drawerIsOpen, showDrawer } from "./trace/drawer";

/** Draws the top of every page. */
export function drawHeader(app: App): void {
  const count = app.basketCount;
  const items = count === 1 ? "1 thing" : `${count} things`;
  byId("header").replaceChildren(
    h("a", { class: "brand", href: "#/" }, mark(), h("span", {}, "Kettle & Key")),
    h(
      "nav",
      { "aria-label": "Shop" },
      link("#/basket", "Basket", h("span", { class: "count", "aria-label": items }, String(count))),
      app.account ? link("#/account", "Account") : link("#/sign-in", "Sign in"),
    ),
    h(
      "button",
      {
        type: "button",
        class: "quiet trace-toggle",
        id: "trace-toggle",
        "aria-controls": "trace",
        "aria-expanded": drawerIsOpen() ? "true" : "false",
        click: () => showDrawer(!drawerIsOpen()),
      },
      "What just happened",
    ),
  );
}

function link(href: string, text: string, extra?: HTMLElement): HTMLElement {
  const here = location.hash === href;
  return h("a", { href, "aria-current": here ? "page" : undefined }, text, extra);
}
