import { useEffect } from "preact/hooks";
import { usePage } from "../context.js";
import { Button } from "../parts/button.js";
import { Sheet } from "../parts/card.js";
import { Tick } from "../parts/tick.js";

/** How long the outcome stands before the page goes on by itself. */
const SHOWN_MS = 1200;

/** Nothing is left to ask. */
export function Done() {
  const { flow, t } = usePage();
  useEffect(() => {
    if (!flow.canLeave || flow.isSample) return;
    const timer = setTimeout(() => flow.leave(), SHOWN_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <Sheet title={t("done.title")} about={t(flow.canLeave ? "done.about" : "done.close")}>
      <Tick />
      {flow.canLeave && <Button onPress={() => flow.leave()}>{t("continue")}</Button>}
    </Sheet>
  );
}
