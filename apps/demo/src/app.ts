import type { Account, Order, Product, ShopInfo, Verdict } from "./backend";
import { Ceremonies } from "./ceremonies";
import { describe } from "./failure";
import { clearNotice, notice } from "./notice";
import { trace } from "./trace/record";

const BASKET_KEY = "kettle-basket";

/** All the page knows. Pages read it and are drawn anew when it changes. */
export class App extends EventTarget {
  account: Account | null;
  /** The last order and, if it needed one, the verdict that let it through. */
  lastOrder: { order: Order; verdict?: Verdict } | undefined;
  readonly ceremonies: Ceremonies;
  private readonly quantities: Map<string, number>;

  constructor(readonly shop: ShopInfo) {
    super();
    this.account = shop.account;
    this.ceremonies = new Ceremonies(shop.tenantId);
    this.quantities = new Map(JSON.parse(sessionStorage.getItem(BASKET_KEY) ?? "[]") as [string, number][]);
  }

  /** What is in the basket, in the order of the shelf. */
  get basket(): { product: Product; quantity: number }[] {
    const lines = this.shop.products.map((product) => ({ product, quantity: this.quantities.get(product.id) ?? 0 }));
    return lines.filter(({ quantity }) => quantity > 0);
  }

  get basketCount(): number {
    return this.basket.reduce((sum, { quantity }) => sum + quantity, 0);
  }

  get basketCents(): number {
    return this.basket.reduce((sum, { product, quantity }) => sum + product.priceCents * quantity, 0);
  }

  setQuantity(productId: string, quantity: number): void {
    if (quantity > 0) this.quantities.set(productId, quantity);
    else this.quantities.delete(productId);
    this.saveBasket();
  }

  addToBasket(product: Product): void {
    this.setQuantity(product.id, (this.quantities.get(product.id) ?? 0) + 1);
  }

  emptyBasket(): void {
    this.quantities.clear();
    this.saveBasket();
  }

  /** Signs the customer in or out and goes on to a page: nothing is drawn between the two. */
  setAccount(account: Account | null, page: string): void {
    this.account = account;
    this.go(page);
  }

  /** Goes to a page by its name, the part after `#/`. It is drawn before this returns; `hashchange` would come later. */
  go(page: string): void {
    history.pushState(null, "", `#/${page}`);
    this.dispatchEvent(new Event("page"));
  }

  /** Runs what a button does: one story in the drawer, the button busy meanwhile, a failure told to the customer. */
  async perform(title: string, button: HTMLButtonElement | null, task: () => Promise<void>): Promise<void> {
    if (button?.getAttribute("aria-disabled") === "true") return;
    clearNotice();
    trace.begin(title);
    // aria-disabled keeps the focus on the button, where `disabled` would drop it.
    button?.setAttribute("aria-disabled", "true");
    await task().catch((error: unknown) => this.tell(error));
    button?.removeAttribute("aria-disabled");
  }

  /** Tells the customer what went wrong and what to do. */
  tell(error: unknown): void {
    notice(describe(error, this.shop.origin), "problem");
  }

  private saveBasket(): void {
    sessionStorage.setItem(BASKET_KEY, JSON.stringify([...this.quantities]));
    this.changed();
  }

  private changed(): void {
    this.dispatchEvent(new Event("change"));
  }
}
