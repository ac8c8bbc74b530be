import { useRef, useState } from "preact/hooks";
import { CountersignError } from "@countersign/browser";
import { usePage } from "../context.js";
import { refusal } from "../words/refusal.js";

/** Work that one page does at a time, and what it failed of in the user's words. */
export function useWork() {
  const { flow, t } = usePage();
  const [busy, setBusy] = useState(false);
  const isRunning = useRef(false);
  const [failure, fail] = useState<string>();
  const run = async (work: () => Promise<void>): Promise<void> => {
    // What is drawn may be older than the last click.
    if (isRunning.current) return;
    isRunning.current = true;
    setBusy(true);
    fail(undefined);
    try {
      await work();
    } catch (error) {
      if (flow.stop(error)) return;
      // What is no fault of the user's is told to whoever looks for it.
      if (error instanceof CountersignError && error.code === "unsupported") console.warn(error.message);
      const isRefused = error instanceof CountersignError && error.status === 400;
      if (isRefused && (await flow.moved())) return;
      fail(refusal(t, error));
    } finally {
      isRunning.current = false;
      setBusy(false);
    }
  };
  return { busy, failure, fail, run };
}
