import type { Authenticator } from "@countersign/browser";
import { usePage } from "../../context.js";
import { Button } from "../../parts/button.js";
import { Sheet } from "../../parts/card.js";
import { FactorIcon } from "../../parts/factor-icon.js";
import { MethodIcon } from "../../parts/method-icon.js";
import { Said } from "../../parts/said.js";
import { factorName, factorNote, lastUsed } from "../../words/methods.js";

interface Props {
  said: string | undefined;
  open: (factor: Authenticator) => void;
  add: () => void;
  renew: () => void;
}

/** Which factors there are. */
export function FactorList({ said, open, add, renew }: Props) {
  const { flow, prompt, t } = usePage();
  const factors = prompt.authenticators.filter(({ verificationMethod }) => verificationMethod !== "RECOVERY_CODE");
  return (
    <Sheet title={t("settings.title")} about={t("settings.about", { name: prompt.tenant.name })}>
      <Said text={said} />
      <ul class="methods">
        {factors.map((factor) => (
          <li key={factor.userAuthenticatorId}>
            <button type="button" onClick={() => open(factor)}>
              <FactorIcon factor={factor} />
              <span>
                <strong>{factorName(t, factor)}</strong>
                <Line text={factorNote(t, factor)} />
                <Line text={lastUsed(t, factor)} />
                {factor.isDefault && <small class="badge">{t("settings.default")}</small>}
              </span>
            </button>
          </li>
        ))}
      </ul>
      {prompt.mayEnrol && prompt.methods.length > 0 && (
        <Button kind="secondary" onPress={add}>
          {t("settings.add")}
        </Button>
      )}
      <Codes renew={renew} />
      {flow.canLeave && (
        <Button kind="plain" onPress={() => flow.leave()}>
          {t("back", { name: prompt.tenant.name })}
        </Button>
      )}
    </Sheet>
  );
}

function Line({ text }: { text: string }) {
  return text ? <small>{text}</small> : null;
}

/** The codes for the day that nothing else is at hand. */
function Codes({ renew }: { renew: () => void }) {
  const { prompt, t } = usePage();
  const set = prompt.authenticators.find(({ verificationMethod }) => verificationMethod === "RECOVERY_CODE");
  if (!set && !prompt.mayRenewRecoveryCodes) return null;
  return (
    <section class="part" aria-labelledby="codes-title">
      <h2 id="codes-title">{t("codes.title")}</h2>
      <p class="row">
        <MethodIcon method="RECOVERY_CODE" />
        {set ? factorNote(t, set) : t("codes.none")}
      </p>
      {prompt.mayRenewRecoveryCodes && (
        <Button kind="secondary" onPress={renew}>
          {t("codes.renew")}
        </Button>
      )}
    </section>
  );
}
