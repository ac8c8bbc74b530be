import { usePage } from "../context.js";

/** The way out of a page: another method, or back to the application. */
export function OtherWay({ other, leave = true }: { other?: (() => void) | undefined; leave?: boolean }) {
  const { flow, t } = usePage();
  const canLeave = leave && flow.canLeave;
  if (!other && !canLeave) return null;
  return (
    <p class="ways">
      {other && (
        <button type="button" class="link" onClick={other}>
          {t("other-way")}
        </button>
      )}
      {canLeave && (
        <button type="button" class="link quiet" onClick={() => flow.leave()}>
          {t("cancel")}
        </button>
      )}
    </p>
  );
}
