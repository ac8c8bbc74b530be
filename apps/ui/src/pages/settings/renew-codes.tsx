import { useState } from "preact/hooks";
import { usePage } from "../../context.js";
import { Button } from "../../parts/button.js";
import { Sheet } from "../../parts/card.js";
import { RecoveryCodes } from "../recovery-codes.js";

/** Asks before a new set of recovery codes is made, because the one before it ends. */
export function RenewCodes({ back }: { back: () => void }) {
  const { flow, t } = usePage();
  const [isMeant, setMeant] = useState(false);
  if (isMeant) return <RecoveryCodes kept={() => void flow.next().then(back)} />;
  return (
    <Sheet title={t("codes.renew")} about={t("codes.renew.about")}>
      <Button onPress={() => setMeant(true)}>{t("codes.renew")}</Button>
      <Button kind="secondary" onPress={back}>
        {t("cancel")}
      </Button>
    </Sheet>
  );
}
