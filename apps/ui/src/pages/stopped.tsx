import type { Screen } from "../flow.js";
import { Button } from "../parts/button.js";
import { Card, Heading } from "../parts/card.js";
import type { Translate } from "../words/index.js";

interface Props {
  screen: Screen & { kind: "stopped" };
  t: Translate;
  again: () => void;
  leave: (() => void) | undefined;
  /** Whether it is a page of its own; else it stands in a popup or window of the application. */
  isOwn: boolean;
}

/** Nothing goes on from here: what happened, and what to do. */
export function Stopped({ screen, t, again, leave, isOwn }: Props) {
  const { because, error } = screen;
  const title = t(`stopped.${because}.title`);
  const mayHelp = because === "offline" || because === "error";
  // A popup that never got an answer does not know whom to tell: the user closes it.
  const isLost = because === "expired" && !isOwn && !leave;
  return (
    <Card>
      <Heading text={title} />
      <p class="about">{t(isLost ? "stopped.expired.close" : `stopped.${because}.about`)}</p>
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
