import "./bar.css";
import { render } from "preact";
import { App } from "../app.js";
import type { Screen } from "../flow.js";
import { prefer } from "../mode.js";
import { Bar } from "./bar.js";
import { readChoice, writeChoice, type Choice } from "./choice.js";
import { PreviewFlow } from "./flow.js";
import { Over } from "./over.js";
import { fetchDraft, type Draft } from "./draft.js";

/**
 * The pages with looks and words that are not saved (docs/guides/prebuilt-ui.md, *Preview*). Nothing on them is real: their calls
 * are answered here, and the browser lets this address run no ceremony.
 */
export async function openPreview(root: HTMLElement): Promise<void> {
  const draft = await fetchDraft();
  if ("because" in draft) return render(<Over because={draft.because} />, root);
  const top = document.createElement("div");
  document.body.prepend(top);
  draw(draft, readChoice(draft.locale), top, root);
  setTimeout(
    () => {
      render(null, top);
      render(<Over because="ended" />, root);
    },
    Math.max(0, Date.parse(draft.expiresAt) - Date.now()),
  );
}

function draw(draft: Draft, choice: Choice, top: HTMLElement, root: HTMLElement): void {
  prefer(choice.mode);
  const choose = (next: Choice) => {
    writeChoice(next);
    draw(draft, next, top, root);
  };
  render(<Bar draft={draft} choice={choice} choose={choose} />, top);
  const begin = (show: (screen: Screen) => void) => new PreviewFlow(draft, choice, show);
  render(<App key={`${choice.kind} ${choice.locale}`} begin={begin} />, root);
}
