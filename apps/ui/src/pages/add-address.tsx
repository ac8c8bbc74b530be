import { useRef, useState } from "preact/hooks";
import { usePage } from "../context.js";
import { Alert } from "../parts/alert.js";
import { Button } from "../parts/button.js";
import { Sheet } from "../parts/card.js";
import { CodeForm } from "../parts/code-form.js";
import { LinkWait } from "../parts/link-wait.js";
import { OtherWay } from "../parts/other-way.js";
import { useSending } from "../parts/sending.js";
import { useWork } from "../parts/work.js";
import { sentWords } from "./answer-code.js";

const EMAIL = { type: "email", autocomplete: "email" } as const;
const PHONE = { type: "tel", autocomplete: "tel", placeholder: "+49 151 23456789" } as const;

type AddressMethod = "EMAIL_OTP" | "EMAIL_MAGIC_LINK" | "SMS";

/** Adding an e-mail address or a phone: it is typed, and then proved by what is sent to it. */
export function AddAddress({ method, other }: { method: AddressMethod; other: (() => void) | undefined }) {
  const { flow } = usePage();
  const purpose = `add ${method}`;
  const [address, setAddress] = useState(flow.lastSent(purpose)?.to);
  const send = (to: string) => {
    const { email, emailML, sms } = flow.countersign;
    if (method === "SMS") return sms.enroll({ phoneNumber: to });
    return (method === "EMAIL_OTP" ? email : emailML).enroll({ email: to });
  };
  if (address === undefined) {
    const sent = (to: string) => {
      flow.noteSent(purpose, to);
      setAddress(to);
    };
    return <Ask isPhone={method === "SMS"} {...{ send, sent, other }} />;
  }
  const change = () => {
    flow.forgetSent(purpose);
    setAddress(undefined);
  };
  return <Prove {...{ method, purpose, address, change, other }} send={() => send(address)} />;
}

interface ProveProps {
  method: AddressMethod;
  purpose: string;
  address: string;
  send: () => Promise<unknown>;
  change: () => void;
  other: (() => void) | undefined;
}

function Prove({ method, purpose, address, send, change, other }: ProveProps) {
  const { flow, t } = usePage();
  const sending = useSending(purpose, send);
  const what = method === "EMAIL_MAGIC_LINK" ? "link" : "code";
  const checker = method === "SMS" ? flow.countersign.sms : flow.countersign.email;
  return (
    <Sheet title={t(`${what}.title`)} about={sentWords(t, what, sending, address)}>
      {what === "link" ? (
        <LinkWait sending={sending} />
      ) : (
        <CodeForm method={method} sending={sending} verify={(code) => checker.verify({ code })} />
      )}
      <p class="ways">
        <button type="button" class="link" onClick={change}>
          {t(method === "SMS" ? "phone.change" : "email.change")}
        </button>
      </p>
      <OtherWay other={other} />
    </Sheet>
  );
}

interface AskProps {
  isPhone: boolean;
  send: (address: string) => Promise<unknown>;
  sent: (address: string) => void;
  other: (() => void) | undefined;
}

function Ask({ isPhone, send, sent, other }: AskProps) {
  const { t } = usePage();
  const { busy, failure, fail, run } = useWork();
  const field = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState("");
  const address = isPhone ? typed.replace(/[\s().-]/g, "") : typed.trim();
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const looksRight = isPhone ? /^\+\d{6,15}$/.test(address) : /^\S+@\S+$/.test(address);
    if (looksRight) {
      return void run(async () => {
        await send(address);
        sent(address);
      });
    }
    fail(t(isPhone ? "phone.wrong" : "email.wrong"));
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
            aria-invalid={Boolean(failure)}
            aria-errormessage={failure && "address-problem"}
            onInput={(event) => {
              setTyped(event.currentTarget.value);
              fail(undefined);
            }}
          />
        </label>
        <Alert id="address-problem" text={failure} />
        <Button submit busy={busy}>
          {t("continue")}
        </Button>
      </form>
      <OtherWay other={other} />
    </Sheet>
  );
}
