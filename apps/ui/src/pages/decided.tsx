import { usePage } from "../context.js";
import { Button } from "../parts/button.js";
import { Sheet } from "../parts/card.js";

/** An action that nothing on this page changes: refused, looked at by a person, or tried too often. */
export function Decided({ kind }: { kind: "BLOCKED" | "REVIEW" | "FAILED" }) {
  const { flow, prompt, t } = usePage();
  const words = { BLOCKED: "blocked", REVIEW: "review", FAILED: "failed" } as const;
  return (
    <Sheet title={t(`${words[kind]}.title`)} about={t(`${words[kind]}.about`, { name: prompt.tenant.name })}>
      {flow.canLeave && <Button onPress={() => flow.leave()}>{t("back", { name: prompt.tenant.name })}</Button>}
    </Sheet>
  );
}
