import { useEffect, useState } from "preact/hooks";
import { usePage } from "../context.js";
import { Sheet } from "../parts/card.js";
import { CodeForm } from "../parts/code-form.js";
import { OtherWay } from "../parts/other-way.js";
import { useWork } from "../parts/work.js";
import { addressOf } from "../words/methods.js";

type CodeMethodName = "AUTHENTICATOR_APP" | "EMAIL_OTP" | "SMS" | "WHATSAPP" | "RECOVERY_CODE";

/** Proving by a code: one that is sent now, or one that the user has. */
export function AnswerCode({ method, other }: { method: CodeMethodName; other: (() => void) | undefined }) {
  const { flow, prompt, t } = usePage();
  const { email, sms, whatsapp, totp, recoveryCodes } = flow.countersign;
  const sender = { EMAIL_OTP: email, SMS: sms, WHATSAPP: whatsapp }[method as "EMAIL_OTP"];
  const checker = sender ?? (method === "AUTHENTICATOR_APP" ? totp : recoveryCodes);
  const sending = useWork();
  const [sent, setSent] = useState(!sender);
  const send = () =>
    sending.run(async () => {
      await sender?.challenge();
      setSent(true);
    });
  useEffect(() => void (sender && send()), []);

  const address = addressOf(prompt, method);
  const about = sender
    ? t(sent ? "code.sent" : "code.sending", { address: address ?? "" })
    : t(method === "AUTHENTICATOR_APP" ? "code.app" : "code.recovery");
  return (
    <Sheet title={t("challenge.title")} about={about}>
      <CodeForm method={method} sending={sending} send={sender && send} verify={(code) => checker.verify({ code })} />
      <OtherWay other={other} />
    </Sheet>
  );
}
