import { usePage } from "../context.js";
import { Alert } from "../parts/alert.js";
import { Button } from "../parts/button.js";
import { Sheet } from "../parts/card.js";
import { OtherWay } from "../parts/other-way.js";
import { Unfit } from "../parts/unfit.js";
import { useWork } from "../parts/work.js";
import { passkeyWords } from "../words/platform.js";

/** Proving by a passkey or a security key. */
export function AnswerCredential({
  method,
  other,
}: {
  method: "PASSKEY" | "SECURITY_KEY";
  other: (() => void) | undefined;
}) {
  const { flow, prompt, t } = usePage();
  const { busy, failure, run } = useWork();
  const isPasskey = method === "PASSKEY";
  const answer = () =>
    run(async () => {
      const { passkey, securityKey } = flow.countersign;
      await flow.proved(await (isPasskey ? passkey : securityKey).verify());
    });
  if (prompt.setUpAdvice) return <Unfit title={t("challenge.title")} advice={prompt.setUpAdvice} other={other} />;
  const words = isPasskey ? passkeyWords(t) : { use: t("key.use"), about: t("key.about") };
  return (
    <Sheet title={t("challenge.title")} about={words.about}>
      <Alert text={failure} />
      <Button busy={busy} onPress={() => void answer()}>
        {words.use}
      </Button>
      <OtherWay other={other} />
    </Sheet>
  );
}
