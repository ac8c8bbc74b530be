import { usePage } from "../context.js";
import { Button } from "./button.js";
import type { Sending } from "./sending.js";

interface Props {
  sending: Sending;
  what: "code" | "link";
  /** The one before is of no more use. */
  isOver?: boolean;
  onPress: () => void;
}

/** Sends a further message, after a pause whose seconds are seen and not read out. */
export function SendAgain({ sending, what, isOver = false, onPress }: Props) {
  const { t } = usePage();
  if (!sending.isSent && sending.failure) {
    return (
      <Button busy={sending.busy} onPress={onPress}>
        {t("try-again")}
      </Button>
    );
  }
  const waits = sending.pause > 0 && !isOver;
  return (
    <Button kind="plain" busy={sending.busy} disabled={waits || !sending.isSent} onPress={onPress}>
      {t(`${what}.again`)}
      {waits && (
        <span class="pause" aria-hidden="true">
          {" "}
          {t("again-in", { seconds: String(sending.pause) })}
        </span>
      )}
    </Button>
  );
}
