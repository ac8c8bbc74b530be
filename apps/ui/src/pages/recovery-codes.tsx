import { useEffect, useState } from "preact/hooks";
import { usePage } from "../context.js";
import { Alert } from "../parts/alert.js";
import { Busy } from "../parts/busy.js";
import { Button } from "../parts/button.js";
import { Sheet } from "../parts/card.js";
import { CopyText } from "../parts/copy-text.js";
import { useWork } from "../parts/work.js";

/** The codes to keep. They are made when the page is shown, and shown this once. */
export function RecoveryCodes({ kept }: { kept?: () => void }) {
  const { flow, prompt, t } = usePage();
  const goOn = kept ?? (() => void flow.pass("RECOVERY_CODES"));
  const { failure, run } = useWork();
  const [codes, setCodes] = useState<string[]>();
  useEffect(() => void run(async () => setCodes(await flow.countersign.recoveryCodes.create())), []);
  const save = () => {
    const file = URL.createObjectURL(new Blob([(codes ?? []).join("\n") + "\n"], { type: "text/plain" }));
    const link = Object.assign(document.createElement("a"), { href: file, download: "recovery-codes.txt" });
    link.click();
    URL.revokeObjectURL(file);
  };
  return (
    <Sheet title={t("recovery.title")} about={t("recovery.about", { name: prompt.tenant.name })}>
      <Alert text={failure} />
      {!codes && !failure && <Busy label={t("loading")} />}
      {codes && (
        <>
          <ul class="codes" dir="ltr">
            {codes.map((code) => (
              <li key={code}>
                <code>{code}</code>
              </li>
            ))}
          </ul>
          <CopyText copied={codes.join("\n")} />
          <Button kind="secondary" onPress={save}>
            {t("recovery.save")}
          </Button>
        </>
      )}
      {(codes || failure) && <Button onPress={goOn}>{t(codes ? "recovery.kept" : "continue")}</Button>}
    </Sheet>
  );
}
