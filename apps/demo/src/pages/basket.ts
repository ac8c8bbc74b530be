import type { App } from "../app";
import type { Product } from "../backend";
import { checkOut } from "../check-out";
import { h } from "../dom";
import type { Mode } from "../pre-built";
import { euros } from "../words";
import { picture } from "./art";

const MOST_OF_ONE = 20;
const MODES: [Mode, string][] = [
  ["popup", "In a popup"],
  ["window", "In a window"],
  ["redirect", "By redirect"],
];

/** What is in the basket, and the way to the till. */
export function basket(app: App): HTMLElement {
  const lines = app.basket;
  if (lines.length === 0) {
    return h(
      "div",
      { class: "narrow empty" },
      h("h1", { tabindex: -1 }, "Your basket is empty"),
      h("p", {}, "Nothing here yet but good intentions."),
      h("p", {}, h("a", { class: "button", href: "#/" }, "Back to the shelf")),
    );
  }
  const total = app.basketCents;
  return h(
    "div",
    { class: "narrow" },
    h("h1", { tabindex: -1 }, "Your basket"),
    h("ul", { class: "lines" }, ...lines.map(({ product, quantity }) => line(app, product, quantity))),
    h("p", { class: "total" }, h("span", {}, "Total"), h("b", {}, euros(total))),
    till(app, total),
  );
}

function line(app: App, product: Product, quantity: number): HTMLElement {
  const step = (by: number, sign: string, label: string): HTMLElement =>
    h(
      "button",
      {
        type: "button",
        id: `${product.id}${by}`,
        "aria-label": `${label} ${product.name}`,
        "aria-disabled": quantity + by > MOST_OF_ONE,
        click: () => app.setQuantity(product.id, Math.min(quantity + by, MOST_OF_ONE)),
      },
      sign,
    );
  return h(
    "li",
    { class: `line-item ${product.id}` },
    h("div", { class: "frame small" }, picture(product.id)),
    h("div", { class: "about" }, h("b", {}, product.name), h("span", { class: "origin" }, product.origin)),
    h(
      "div",
      { class: "quantity" },
      step(-1, "−", "One less of"),
      h("span", { "aria-live": "polite" }, String(quantity)),
      step(1, "+", "One more of"),
    ),
    h("span", { class: "price" }, euros(product.priceCents * quantity)),
  );
}

function till(app: App, total: number): HTMLElement {
  if (!app.account) {
    return h(
      "div",
      { class: "till" },
      h("p", {}, "Sign in to order."),
      h("a", { class: "button", href: "#/sign-in" }, "Sign in"),
    );
  }
  const limit = euros(app.shop.stepUpAboveCents);
  const large = total > app.shop.stepUpAboveCents;
  const order = (mode?: Mode) => (event: Event) => {
    const button = event.currentTarget as HTMLButtonElement;
    void app.perform(`Order for ${euros(total)}`, button, () => checkOut(app, mode));
  };
  return h(
    "div",
    { class: "till" },
    h(
      "p",
      {},
      large ? `Orders over ${limit} ask once more that it is you.` : `Orders up to ${limit} go straight through.`,
    ),
    h("button", { type: "button", id: "order", click: order() }, large ? "Confirm and order" : "Order"),
    large &&
      h(
        "div",
        { class: "on-page", role: "group", "aria-labelledby": "on-page" },
        h("span", { id: "on-page" }, "Or on the pre-built page:"),
        ...MODES.map(([mode, label]) => h("button", { type: "button", id: mode, click: order(mode) }, label)),
      ),
  );
}
