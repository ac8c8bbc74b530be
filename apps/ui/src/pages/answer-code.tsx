import { usePage } from "../context.js";
import { Sheet } from "../parts/card.js";
import { CodeForm } from "../parts/code-form.js";
import { OtherWay } from "../parts/other-way.js";
import { useSending, type Sending } from "../parts/sending.js";
import { addressOf } from "../words/methods.js";
import type { Translate } from "../words/index.js";

type CodeMethodName = "AUTHENTICATOR_APP" | "EMAIL_OTP" | "SMS" | "WHATSAPP" | "RECOVERY_CODE";

/** Proving by a code: one that is sent now, or one that the user has. */
export function AnswerCode({ method, other }: { method: CodeMethodName; other: (() => void) | undefined }) {
  const { flow, prompt, t } = usePage();
  const { email, sms, whatsapp, totp, recoveryCodes } = flow.countersign;
  const sender = { EMAIL_OTP: email, SMS: sms, WHATSAPP: whatsapp }[method as "EMAIL_OTP"];
  const checker = sender ?? (method === "AUTHENTICATOR_APP" ? totp : recoveryCodes);
  const sending = useSending(method, sender && (() => sender.challenge()));
  const about = sender
    ? sentWords(t, "code", sending, addressOf(prompt, method))
    : t(method === "AUTHENTICATOR_APP" ? "code.app" : "code.recovery");
  return (
    <Sheet title={t("challenge.title")} about={about}>
      <CodeForm method={method} sending={sender && sending} verify={(code) => checker.verify({ code })} />
      <OtherWay other={other} />
    </Sheet>
  );
}

/** Where a message goes or went; nothing when it could not be sent. */
export function sentWords(t: Translate, what: "code" | "link", sending: Sending, address = ""): string | undefined {
  if (sending.busy) return t(`${what}.sending`, { address });
  return sending.isSent ? t(`${what}.sent`, { address }) : undefined;
}
