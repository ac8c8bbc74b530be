import type { App } from "./app";
import { backend } from "./backend";
import { openPage, type Mode } from "./pre-built";

/** Orders what is in the basket. A large order is proved first: by a ceremony of this page, or on the pre-built one in a `mode`. */
export async function checkOut(app: App, mode?: Mode): Promise<void> {
  const answer = await backend.checkout(app.basket.map(({ product, quantity }) => ({ product: product.id, quantity })));
  if ("order" in answer) {
    placed(app, { order: answer.order });
    return;
  }
  const { token, url } = answer.stepUp;
  await finish(app, mode ? await openPage(app.shop.tenantId, url, mode) : await app.ceremonies.prove(token));
}

/** Ends an order with the token of its proof. The backend asks whether it is one. */
export async function finish(app: App, token: string): Promise<void> {
  placed(app, await backend.finishCheckout(token));
}

function placed(app: App, order: NonNullable<App["lastOrder"]>): void {
  app.lastOrder = order;
  app.emptyBasket();
  app.go("thanks");
}
