import { usePage } from "../context.js";
import { Button } from "../parts/button.js";
import { Sheet } from "../parts/card.js";
import { MethodIcon } from "../parts/method-icon.js";
import { factorName, factorNote } from "../words/methods.js";

/** The user's factors. */
export function Settings() {
  const { flow, prompt, t } = usePage();
  return (
    <Sheet title={t("settings.title")} about={t("settings.about", { name: prompt.tenant.name })}>
      <ul class="factors">
        {prompt.authenticators.map((factor) => (
          <li key={factor.userAuthenticatorId}>
            <MethodIcon method={factor.verificationMethod} />
            <span>
              <strong>{factorName(t, factor)}</strong>
              <small>{factorNote(t, factor)}</small>
            </span>
          </li>
        ))}
      </ul>
      {flow.canLeave && (
        <Button kind="secondary" onPress={() => flow.leave()}>
          {t("back", { name: prompt.tenant.name })}
        </Button>
      )}
    </Sheet>
  );
}
