import type { Screen } from "../flow.js";
import { Button } from "../parts/button.js";
import { Card, Heading } from "../parts/card.js";
import type { Translate } from "../words/index.js";

interface Props {
  screen: Screen & { kind: "stopped" };
  t: Translate;
  again: () => void;
  leave: (() => void) | undefined;
}

/** Nothing goes on from here: what happened, and what to do. */
export function Stopped({ screen, t, again, leave }: Props) {
  const { because, error } = screen;
  const title = t(`stopped.${because}.title`);
  const mayHelp = because === "offline" || because === "error";
  return (
    <Card>
      <Heading text={title} />
      <p class="about">{t(`stopped.${because}.about`)}</p>
      {error?.requestId && <p class="small">{t("reference", { id: error.requestId })}</p>}
      {mayHelp && <Button onPress={again}>{t("try-again")}</Button>}
      {leave && (
        <Button kind={mayHelp ? "plain" : "primary"} onPress={leave}>
          {t("go-back")}
        </Button>
      )}
    </Card>
  );
}
