import { usePage } from "../context.js";
import { Sheet } from "../parts/card.js";
import { LinkWait } from "../parts/link-wait.js";
import { OtherWay } from "../parts/other-way.js";
import { useSending } from "../parts/sending.js";
import { addressOf } from "../words/methods.js";
import { sentWords } from "./answer-code.js";

/** Proving by a link that is sent now. */
export function AnswerLink({ other }: { other: (() => void) | undefined }) {
  const { flow, prompt, t } = usePage();
  const sending = useSending("EMAIL_MAGIC_LINK", () => flow.countersign.emailML.challenge());
  return (
    <Sheet title={t("link.title")} about={sentWords(t, "link", sending, addressOf(prompt, "EMAIL_MAGIC_LINK"))}>
      <LinkWait sending={sending} />
      <OtherWay other={other} />
    </Sheet>
  );
}
