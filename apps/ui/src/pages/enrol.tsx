import type { AuthenticatorMethod } from "@countersign/browser";
import { usePage } from "../context.js";
import { Sheet } from "../parts/card.js";
import { MethodList } from "../parts/method-list.js";
import { OtherWay } from "../parts/other-way.js";
import { useView } from "../parts/view.js";
import { AddAddress } from "./add-address.js";
import { AddApp } from "./add-app.js";
import { AddCredential } from "./add-credential.js";

/** Adding a way to prove who one is. */
export function Enrol() {
  const { prompt } = usePage();
  const [view, setView] = useView<AuthenticatorMethod | "CHOOSE">("CHOOSE", ["CHOOSE", ...prompt.methods]);
  if (view === "CHOOSE") return <ChooseMethod choose={setView} />;
  return <Add key={view} method={view} other={prompt.methods.length > 1 ? () => setView("CHOOSE") : undefined} />;
}

/** The methods that one can be added of. `back` leads to where the user came from on this page. */
export function ChooseMethod({ choose, back }: { choose: (method: AuthenticatorMethod) => void; back?: () => void }) {
  const { prompt, t } = usePage();
  const isFirst = prompt.authenticators.length === 0;
  return (
    <Sheet
      title={t(isFirst ? "enrol.first.title" : "enrol.title")}
      about={t(isFirst ? "enrol.first.about" : "enrol.about", { name: prompt.tenant.name })}
    >
      <MethodList methods={prompt.methods} adding choose={choose} />
      {back ? (
        <p class="ways">
          <button type="button" class="link" onClick={back}>
            {t("go-back")}
          </button>
        </p>
      ) : (
        <OtherWay />
      )}
    </Sheet>
  );
}

/** The page that adds one of `method`. */
export function Add({ method, other }: { method: AuthenticatorMethod; other: (() => void) | undefined }) {
  switch (method) {
    case "PASSKEY":
    case "SECURITY_KEY":
      return <AddCredential method={method} other={other} />;
    case "AUTHENTICATOR_APP":
      return <AddApp other={other} />;
    case "EMAIL_OTP":
    case "EMAIL_MAGIC_LINK":
    case "SMS":
      return <AddAddress method={method} other={other} />;
    // A phone for WhatsApp is one for SMS, and recovery codes come with other factors.
    case "WHATSAPP":
    case "RECOVERY_CODE":
      return null;
    default:
      return method satisfies never;
  }
}
