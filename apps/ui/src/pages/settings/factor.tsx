import { useRef, useState } from "preact/hooks";
import type { Authenticator } from "@countersign/browser";
import { usePage } from "../../context.js";
import { Alert } from "../../parts/alert.js";
import { Button } from "../../parts/button.js";
import { Sheet } from "../../parts/card.js";
import { Said } from "../../parts/said.js";
import { isThere } from "../../parts/there.js";
import { useWork } from "../../parts/work.js";
import { factorName, factorNote, lastUsed } from "../../words/methods.js";

interface Props {
  factor: Authenticator;
  said: string | undefined;
  say: (text: string | undefined) => void;
  back: () => void;
  remove: () => void;
}

/** One factor: its name, whether it is asked for first, and the way to remove it. */
export function FactorPage({ factor, said, say, back, remove }: Props) {
  const { flow, t } = usePage();
  const { authenticators } = flow.countersign;
  const { busy, failure, fail, run } = useWork();
  const [name, setName] = useState(factor.name ?? "");
  const field = useRef<HTMLInputElement>(null);
  const id = factor.userAuthenticatorId;
  const change = (work: () => Promise<unknown>) =>
    run(async () => {
      say(undefined);
      if (await isThere(work())) say(t("factor.saved"));
      await flow.next();
    });
  const save = (event: SubmitEvent) => {
    event.preventDefault();
    if (name.trim()) return void change(() => authenticators.rename(id, name));
    fail(t("factor.name-wrong"));
    field.current?.focus();
  };
  const about = [factorNote(t, factor), lastUsed(t, factor)].filter(Boolean).join(" · ");
  return (
    <Sheet title={factorName(t, factor)} about={about}>
      <Said text={said} />
      <form noValidate onSubmit={save}>
        <label class="field">
          <span>{t("factor.name")}</span>
          <input
            ref={field}
            dir="auto"
            maxLength={64}
            autocomplete="off"
            value={name}
            placeholder={factorName(t, factor)}
            aria-invalid={Boolean(failure)}
            aria-describedby="factor-problem"
            onInput={(event) => setName(event.currentTarget.value)}
          />
        </label>
        <div id="factor-problem">
          <Alert text={failure} />
        </div>
        <Button submit kind="secondary" busy={busy}>
          {t("factor.save")}
        </Button>
      </form>
      {factor.isDefault ? (
        <p class="small">{t("factor.is-default")}</p>
      ) : (
        <Button kind="secondary" disabled={busy} onPress={() => void change(() => authenticators.makeDefault(id))}>
          {t("factor.make-default")}
        </Button>
      )}
      <Remove factor={factor} remove={remove} />
      <p class="ways">
        <button type="button" class="link" onClick={back}>
          {t("go-back")}
        </button>
      </p>
    </Sheet>
  );
}

function Remove({ factor, remove }: { factor: Authenticator; remove: () => void }) {
  const { prompt, t } = usePage();
  // The server decides; this spares the user the way to its refusal.
  const others = prompt.authenticators.filter(
    (one) => one !== factor && prompt.methods.includes(one.verificationMethod),
  );
  if (others.length === 0 && !prompt.mayRemoveLastFactor) return <p class="small">{t("factor.last")}</p>;
  return (
    <Button kind="danger" onPress={remove}>
      {t("factor.remove")}
    </Button>
  );
}
