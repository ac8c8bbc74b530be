import type { App } from "../app";
import type { Factor } from "../backend";
import { showCodes } from "../dialogs/show-codes";
import { h } from "../dom";
import { notice } from "../notice";
import { permissionToAdd } from "./adding";

/** Recovery codes: how many are left, and the way to new ones. `set` is the customer's, if there is one; `made` is run after a new one. */
export function recovery(app: App, set: Factor | undefined, made: () => Promise<void>): HTMLElement[] {
  const make = (event: Event): void => {
    void app.perform("Make recovery codes", event.currentTarget as HTMLButtonElement, async () => {
      const codes = await app.ceremonies.makeRecoveryCodes(await permissionToAdd(app));
      await showCodes(codes);
      await made();
      notice("Each of your recovery codes works once.");
    });
  };
  const left = set?.recoveryCodesLeft ?? 0;
  const advice = set
    ? `You have ${left} left. New ones take the place of all old ones.`
    : "For the day that nothing else is at hand: ten codes to keep on paper.";
  return [
    h("p", {}, advice),
    h(
      "div",
      { class: "actions" },
      h(
        "button",
        { type: "button", class: "secondary", id: "make-codes", click: make },
        set ? "Make new recovery codes" : "Make recovery codes",
      ),
    ),
  ];
}
