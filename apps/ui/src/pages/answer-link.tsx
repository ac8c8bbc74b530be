import { useEffect, useState } from "preact/hooks";
import { usePage } from "../context.js";
import { Sheet } from "../parts/card.js";
import { LinkWait } from "../parts/link-wait.js";
import { OtherWay } from "../parts/other-way.js";
import { useWork } from "../parts/work.js";
import { addressOf } from "../words/methods.js";

/** Proving by a link that is sent now. */
export function AnswerLink({ other }: { other: (() => void) | undefined }) {
  const { flow, prompt, t } = usePage();
  const sending = useWork();
  const [sent, setSent] = useState(false);
  const send = () =>
    sending.run(async () => {
      await flow.countersign.emailML.challenge();
      setSent(true);
    });
  useEffect(() => void send(), []);
  const address = addressOf(prompt, "EMAIL_MAGIC_LINK") ?? "";
  return (
    <Sheet title={t("link.title")} about={t(sent ? "link.sent" : "link.sending", { address })}>
      <LinkWait sending={sending} send={send} isSent={sent} />
      <OtherWay other={other} />
    </Sheet>
  );
}
