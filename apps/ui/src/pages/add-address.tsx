import { useRef, useState } from "preact/hooks";
import { usePage } from "../context.js";
import { Alert } from "../parts/alert.js";
import { Button } from "../parts/button.js";
import { Sheet } from "../parts/card.js";
import { CodeForm } from "../parts/code-form.js";
import { LinkWait } from "../parts/link-wait.js";
import { OtherWay } from "../parts/other-way.js";
import { useWork } from "../parts/work.js";

const EMAIL = { type: "email", autocomplete: "email" } as const;
const PHONE = { type: "tel", autocomplete: "tel", placeholder: "+49 151 23456789" } as const;

type AddressMethod = "EMAIL_OTP" | "EMAIL_MAGIC_LINK" | "SMS";

/** Adding an e-mail address or a phone: it is typed, and then proved by what is sent to it. */
export function AddAddress({ method, other }: { method: AddressMethod; other: (() => void) | undefined }) {
  const { flow, t } = usePage();
  const { email, emailML, sms } = flow.countersign;
  const sending = useWork();
  const [address, setAddress] = useState<string>();
  const isPhone = method === "SMS";
  const send = (to: string) =>
    sending.run(async () => {
      if (isPhone) await sms.enroll({ phoneNumber: to });
      else await (method === "EMAIL_OTP" ? email : emailML).enroll({ email: to });
      setAddress(to);
    });
  if (address === undefined) return <Ask {...{ isPhone, sending, send, other }} />;
  const change = () => {
    sending.fail(undefined);
    setAddress(undefined);
  };
  const isLink = method === "EMAIL_MAGIC_LINK";
  return (
    <Sheet title={t(isLink ? "link.title" : "code.title")} about={t(isLink ? "link.sent" : "code.sent", { address })}>
      {isLink ? (
        <LinkWait sending={sending} send={() => send(address)} isSent />
      ) : (
        <CodeForm
          method={method}
          sending={sending}
          send={() => send(address)}
          verify={(code) => (isPhone ? sms : email).verify({ code })}
        />
      )}
      <p class="ways">
        <button type="button" class="link" onClick={change}>
          {t(isPhone ? "phone.change" : "email.change")}
        </button>
      </p>
      <OtherWay other={other} />
    </Sheet>
  );
}

interface AskProps {
  isPhone: boolean;
  sending: ReturnType<typeof useWork>;
  send: (address: string) => Promise<void>;
  other: (() => void) | undefined;
}

function Ask({ isPhone, sending, send, other }: AskProps) {
  const { t } = usePage();
  const field = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState("");
  const address = isPhone ? typed.replace(/[\s().-]/g, "") : typed.trim();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const looksRight = isPhone ? /^\+\d{6,15}$/.test(address) : /^\S+@\S+$/.test(address);
    if (looksRight) return void send(address);
    sending.fail(t(isPhone ? "phone.wrong" : "email.wrong"));
    field.current?.focus();
  };
  return (
    <Sheet title={t(isPhone ? "phone.title" : "email.title")} about={t(isPhone ? "phone.about" : "email.about")}>
      <form noValidate onSubmit={submit}>
        <label class="field">
          <span>{t(isPhone ? "phone.label" : "email.label")}</span>
          <input
            ref={field}
            {...(isPhone ? PHONE : EMAIL)}
            dir="ltr"
            value={typed}
            aria-invalid={Boolean(sending.failure)}
            aria-describedby="address-problem"
            onInput={(event) => setTyped(event.currentTarget.value)}
          />
        </label>
        <div id="address-problem">
          <Alert text={sending.failure} />
        </div>
        <Button submit busy={sending.busy}>
          {t("continue")}
        </Button>
      </form>
      <OtherWay other={other} />
    </Sheet>
  );
}
