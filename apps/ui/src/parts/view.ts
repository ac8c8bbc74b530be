import { useEffect, useState } from "preact/hooks";
import { usePage } from "../context.js";

/**
 * Which part of a page stands there. On a page of its own the browser's back button leads to the part before; in a popup it
 * belongs to the application.
 */
export function useView<View extends string>(first: View): [View, (view: View) => void] {
  const { flow, prompt } = usePage();
  const [view, setView] = useState(first);
  const isOwn = flow.opener.place === "page";
  useEffect(() => {
    if (!isOwn) return;
    const back = (event: PopStateEvent) => {
      const state = event.state as { kind?: string; view?: View } | null;
      setView(state?.kind === prompt.kind && state.view ? state.view : first);
    };
    addEventListener("popstate", back);
    return () => removeEventListener("popstate", back);
  }, [isOwn, prompt.kind, first]);
  const go = (next: View) => {
    if (isOwn) history.pushState({ kind: prompt.kind, view: next }, "");
    setView(next);
  };
  return [view, go];
}
