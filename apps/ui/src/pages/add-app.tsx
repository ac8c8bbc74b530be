import { useEffect, useState } from "preact/hooks";
import type { EnrollingApp } from "@countersign/browser";
import { usePage } from "../context.js";
import { Alert } from "../parts/alert.js";
import { Busy } from "../parts/busy.js";
import { Sheet } from "../parts/card.js";
import { CodeForm } from "../parts/code-form.js";
import { CopyText } from "../parts/copy-text.js";
import { OtherWay } from "../parts/other-way.js";
import { useWork } from "../parts/work.js";

/** Adding an authenticator app: scanned or typed, then proved by its first code. */
export function AddApp({ other }: { other: (() => void) | undefined }) {
  const { flow, t } = usePage();
  const { failure, run } = useWork();
  const [app, setApp] = useState<EnrollingApp>();
  useEffect(() => void run(async () => setApp(await flow.countersign.totp.enroll())), []);
  return (
    <Sheet title={t("app.title")} about={t("app.about")}>
      <Alert text={failure} />
      {!app && !failure && <Busy label={t("loading")} />}
      {app && (
        <>
          <p class="qr">
            <img src={app.qrCode} alt={t("app.qr")} width="180" height="180" />
          </p>
          <details>
            <summary>{t("app.by-hand")}</summary>
            <CopyText text={app.secret.replace(/(.{4})(?=.)/g, "$1 ")} copied={app.secret} />
            <p>
              <a href={app.uri}>{t("app.open")}</a>
            </p>
          </details>
          <CodeForm method="AUTHENTICATOR_APP" verify={(code) => flow.countersign.totp.verify({ code })} />
        </>
      )}
      <OtherWay other={other} />
    </Sheet>
  );
}
