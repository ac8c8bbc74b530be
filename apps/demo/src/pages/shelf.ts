import type { App } from "../app";
import type { Product } from "../backend";
import { h } from "../dom";
import { notice } from "../notice";
import { euros } from "../words";
import { picture } from "./art";

/** The front of the shop. */
export function shelf(app: App): HTMLElement {
  return h(
    "div",
    { class: "shelf" },
    h(
      "section",
      { class: "hero" },
      h("p", { class: "eyebrow" }, "Loose leaves, slow water"),
      h("h1", { tabindex: -1 }, "Tea for people who lock the door behind them."),
      h(
        "p",
        { class: "lead" },
        "A small shop without passwords. You sign up and sign in with a passkey, and only a large order asks again who is buying.",
      ),
      app.account ? null : h("p", {}, h("a", { class: "button", href: "#/sign-up" }, "Create an account")),
    ),
    h("h2", { class: "visually-hidden" }, "On the shelf"),
    h("ul", { class: "products" }, ...app.shop.products.map((product) => card(app, product))),
  );
}

function card(app: App, product: Product): HTMLElement {
  const add = (): void => {
    app.addToBasket(product);
    notice(`${product.name} is in your basket.`);
  };
  return h(
    "li",
    { class: `product ${product.id}` },
    h("div", { class: "frame" }, picture(product.id)),
    h(
      "div",
      { class: "about" },
      h("h3", {}, product.name),
      h("p", { class: "origin" }, product.origin),
      h("p", {}, product.description),
    ),
    h(
      "div",
      { class: "buy" },
      h("span", { class: "price" }, euros(product.priceCents)),
      h(
        "button",
        {
          type: "button",
          class: "secondary",
          id: `add-${product.id}`,
          "aria-label": `Add ${product.name} to the basket`,
          click: add,
        },
        "Add to basket",
      ),
    ),
  );
}
