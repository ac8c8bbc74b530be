import { h, type Child } from "../dom";

/** What a dialog can end with. */
export interface Ending<T> {
  /** The answer; the dialog closes with it. */
  answer: (value: T) => void;
  /** What was thrown belongs to the page, which knows what to say. */
  fail: (error: unknown) => void;
}

/** The customer would rather confirm with something else. */
export class AnotherWay extends Error {
  override name = "AnotherWay";
}

interface Question<T> {
  title: string;
  body: (ending: Ending<T>) => Child[];
  /** Whether there is something else to confirm with. Choosing it rejects with {@link AnotherWay}. */
  hasOtherWays?: boolean;
  /** What stands on the button that closes it without an answer. */
  close?: string;
}

/** Asks in a dialog. Rejects with AbortError when it is closed without an answer. */
export function ask<T>({ title, body, hasOtherWays, close = "Not now" }: Question<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    let end = (): void => reject(new DOMException("the question was closed", "AbortError"));
    const closeWith = (ending: () => void): void => {
      end = ending;
      dialog.close();
    };
    const fail = (error: unknown): void =>
      closeWith(() => reject(error instanceof Error ? error : new Error(String(error))));
    const quiet = (label: string, click: () => void): HTMLElement =>
      h("button", { type: "button", class: "quiet", click }, label);
    const dialog = h(
      "dialog",
      { class: "ask", "aria-labelledby": "ask-title" },
      h("h2", { id: "ask-title" }, title),
      ...body({ answer: (value) => closeWith(() => resolve(value)), fail }),
      hasOtherWays && quiet("Try another way", () => fail(new AnotherWay())),
      quiet(close, () => dialog.close()),
    );
    dialog.addEventListener("close", () => {
      dialog.remove();
      end();
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
