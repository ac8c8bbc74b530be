import { App } from "./app";
import { backend } from "./backend";
import { finish } from "./check-out";
import { byId, h } from "./dom";
import { describe } from "./failure";
import { drawHeader } from "./header";
import { clearProblem } from "./notice";
import { account } from "./pages/account";
import { basket } from "./pages/basket";
import { shelf } from "./pages/shelf";
import { signIn } from "./pages/sign-in";
import { signUp } from "./pages/sign-up";
import { thanks } from "./pages/thanks";
import { returned } from "./pre-built";
import { mountDrawer } from "./trace/drawer";
import { watchClientApi } from "./trace/record";

const PAGES: Record<string, [title: string, draw: (app: App) => HTMLElement]> = {
  "": ["Kettle & Key", shelf],
  basket: ["Basket", basket],
  thanks: ["Thank you", thanks],
  "sign-up": ["Create an account", signUp],
  "sign-in": ["Sign in", signIn],
  account: ["Account", account],
};

function start(app: App): void {
  const current = (): string => location.hash.replace(/^#\/?/, "");
  const draw = (): void => {
    const [title, page] = PAGES[current()] ?? ["Kettle & Key", shelf];
    document.title = title === "Kettle & Key" ? title : `${title} · Kettle & Key`;
    drawHeader(app);
    byId("page").replaceChildren(page(app));
  };
  // A redraw replaces the element that has the focus: give it to the new one of the same id.
  const redraw = (): void => {
    const focused = document.activeElement?.id;
    draw();
    if (focused) document.getElementById(focused)?.focus();
  };
  app.addEventListener("change", redraw);
  const turn = (): void => {
    clearProblem();
    draw();
    scrollTo(0, 0);
    byId("page").querySelector<HTMLElement>("h1")?.focus();
  };
  app.addEventListener("page", turn);
  // Links, and the browser's back and forward.
  addEventListener("hashchange", turn);
  // A page that a redirect left is shown again as it was, its button still busy.
  addEventListener("pageshow", (event) => event.persisted && draw());
  draw();
  const token = returned();
  if (token) void app.perform("Back from the pre-built page", null, () => finish(app, token));
}

mountDrawer();
watchClientApi();
backend.shop().then(
  (shop) => {
    // The passkeys' domain is in the address the server was given; another name for the same machine has none.
    if (shop.origin !== location.origin) location.replace(`${shop.origin}/demo/${location.hash}`);
    else start(new App(shop));
  },
  (error: unknown) => {
    byId("page").replaceChildren(
      h(
        "div",
        { class: "narrow empty" },
        h("h1", {}, "The shop is closed"),
        h("p", {}, describe(error, location.origin)),
      ),
    );
  },
);
