import type { AuthenticatorMethod } from "@countersign/browser";
import { usePage } from "../context.js";
import { OtherWay } from "../parts/other-way.js";
import { Sheet } from "../parts/card.js";
import { MethodList } from "../parts/method-list.js";
import { useView } from "../parts/view.js";
import { AnswerCode } from "./answer-code.js";
import { AnswerCredential } from "./answer-credential.js";
import { AnswerLink } from "./answer-link.js";

/** Proving who one is: by the first of the user's methods, or by another. */
export function Challenge() {
  const { prompt, t } = usePage();
  const [first] = prompt.methods;
  const [view, setView] = useView<AuthenticatorMethod | "CHOOSE">(first ?? "CHOOSE", ["CHOOSE", ...prompt.methods]);
  if (!first) {
    return (
      <Sheet title={t("challenge.none.title")} about={t("challenge.none.about", { name: prompt.tenant.name })}>
        <OtherWay />
      </Sheet>
    );
  }
  if (view === "CHOOSE") {
    return (
      <Sheet title={t("challenge.choose.title")} about={t("challenge.choose.about")}>
        <MethodList methods={prompt.methods} adding={false} choose={setView} />
        <OtherWay />
      </Sheet>
    );
  }
  const other = prompt.methods.length > 1 ? () => setView("CHOOSE") : undefined;
  return <Answer key={view} method={view} other={other} />;
}

function Answer({ method, other }: { method: AuthenticatorMethod; other: (() => void) | undefined }) {
  switch (method) {
    case "PASSKEY":
    case "SECURITY_KEY":
      return <AnswerCredential method={method} other={other} />;
    case "EMAIL_MAGIC_LINK":
      return <AnswerLink other={other} />;
    case "AUTHENTICATOR_APP":
    case "EMAIL_OTP":
    case "SMS":
    case "WHATSAPP":
    case "RECOVERY_CODE":
      return <AnswerCode method={method} other={other} />;
    default:
      return method satisfies never;
  }
}
