import type { Authenticator } from "@countersign/browser";
import { usePage } from "../../context.js";
import { Alert } from "../../parts/alert.js";
import { Button } from "../../parts/button.js";
import { Sheet } from "../../parts/card.js";
import { isThere } from "../../parts/there.js";
import { useWork } from "../../parts/work.js";
import { factorName } from "../../words/methods.js";

interface Props {
  factor: Authenticator;
  say: (text: string | undefined) => void;
  back: () => void;
}

/** Asks before a factor is removed. */
export function RemoveFactor({ factor, say, back }: Props) {
  const { flow, prompt, t } = usePage();
  const { busy, failure, run } = useWork();
  const called = factorName(t, factor);
  const remove = () =>
    run(async () => {
      await isThere(flow.countersign.authenticators.remove(factor.userAuthenticatorId));
      say(t("remove.done", { factor: called }));
      await flow.next();
    });
  return (
    <Sheet title={t("remove.title", { factor: called })} about={t("remove.about", { name: prompt.tenant.name })}>
      <Alert text={failure} />
      <Button kind="danger" busy={busy} onPress={() => void remove()}>
        {t("factor.remove")}
      </Button>
      <Button kind="secondary" onPress={back}>
        {t("remove.keep")}
      </Button>
    </Sheet>
  );
}
