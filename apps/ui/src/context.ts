import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Prompt } from "@countersign/browser";
import type { Flow } from "./flow.js";
import type { Translate } from "./words/index.js";

/** What every page needs. */
export interface Page {
  flow: Flow;
  prompt: Prompt;
  t: Translate;
}

const Context = createContext<Page | undefined>(undefined);

export const PageProvider = Context.Provider;

/** The page's flow, prompt and words. */
export function usePage(): Page {
  const page = useContext(Context);
  if (!page) throw new Error("usePage() outside of a page");
  return page;
}
