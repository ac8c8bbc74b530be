import { usePage } from "../context.js";
import { Alert } from "../parts/alert.js";
import { Button } from "../parts/button.js";
import { Sheet } from "../parts/card.js";
import { OtherWay } from "../parts/other-way.js";
import { Unfit } from "../parts/unfit.js";
import { useWork } from "../parts/work.js";
import { passkeyWords } from "../words/platform.js";

/** Adding a passkey or a security key. */
export function AddCredential({
  method,
  other,
}: {
  method: "PASSKEY" | "SECURITY_KEY";
  other: (() => void) | undefined;
}) {
  const { flow, prompt, t } = usePage();
  const { busy, failure, run } = useWork();
  const isPasskey = method === "PASSKEY";
  const add = () =>
    run(async () => {
      const { passkey, securityKey } = flow.countersign;
      const reply = isPasskey ? await passkey.enroll() : await securityKey.enroll();
      await flow.proved(reply);
    });
  const passkey = passkeyWords(t);
  const title = isPasskey ? passkey.setUpTitle : t("key.add.title");
  if (prompt.setUpAdvice) return <Unfit title={title} advice={prompt.setUpAdvice} other={other} />;
  return (
    <Sheet title={title} about={t(isPasskey ? "passkey.add.about" : "key.add.about")}>
      <Alert text={failure} />
      <Button busy={busy} onPress={() => void add()}>
        {isPasskey ? passkey.setUp : t("key.add")}
      </Button>
      <OtherWay other={other} />
    </Sheet>
  );
}
