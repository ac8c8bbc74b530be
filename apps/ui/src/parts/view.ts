import { useEffect, useState } from "preact/hooks";
import { usePage } from "../context.js";

/**
 * Which part of a page stands there, of those it has. On a page of its own the browser's back button leads to the part before, and a
 * reload to the same; in a popup the history belongs to the application.
 */
export function useView<View extends string>(first: View, views: readonly View[]): [View, (view: View) => void] {
  const { flow, prompt } = usePage();
  const isOwn = flow.opener.place === "page";
  const named = (state: unknown): View => {
    const { kind, view } = (state ?? {}) as { kind?: string; view?: View };
    return isOwn && kind === prompt.kind && view && views.includes(view) ? view : first;
  };
  const [view, setView] = useState(() => named(history.state));
  useEffect(() => {
    if (!isOwn) return;
    const back = (event: PopStateEvent) => setView(named(event.state));
    addEventListener("popstate", back);
    return () => removeEventListener("popstate", back);
  }, [isOwn, prompt.kind, first]);
  const go = (next: View) => {
    if (isOwn) history.pushState({ kind: prompt.kind, view: next }, "");
    setView(next);
  };
  return [view, go];
}
