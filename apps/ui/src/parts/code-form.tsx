import { useEffect, useState } from "preact/hooks";
import type { AuthenticatorMethod, CodeReply } from "@countersign/browser";
import { usePage } from "../context.js";
import { Alert } from "./alert.js";
import { Button } from "./button.js";
import { CodeField } from "./code-field.js";
import { SendAgain } from "./send-again.js";
import type { Sending } from "./sending.js";
import { useWork } from "./work.js";

interface Props {
  method: AuthenticatorMethod;
  /** How the code is sent, where it is. */
  sending?: Sending | undefined;
  verify: (code: string) => Promise<CodeReply>;
}

/** Takes a code and says what became of it. */
export function CodeForm({ method, sending, verify }: Props) {
  const { flow, t } = usePage();
  const [code, setCode] = useState("");
  const [isOver, setOver] = useState(false);
  const { busy, failure, fail, run } = useWork();
  const letters = method === "RECOVERY_CODE";

  const check = (typed: string) =>
    run(async () => {
      const reply = await verify(typed);
      if (reply.isVerified) return flow.proved(reply);
      // The answer to a right one may have been lost on its way: then there is nothing left to type.
      if (await flow.moved()) return;
      setCode("");
      const isUsedUp = reply.failureReason === "MAX_ATTEMPTS_EXCEEDED";
      setOver(isUsedUp);
      fail(t(isUsedUp ? (sending ? "code.used-up" : "code.locked") : letters ? "code.wrong-recovery" : "code.wrong"));
    });
  const again = async () => {
    setCode("");
    fail(undefined);
    if (await sending?.send()) setOver(false);
  };
  useSmsCode(method === "SMS", (received) => {
    setCode(received);
    void check(received);
  });

  const isAwaited = !sending || sending.isSent || sending.busy;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (code.trim() && !isOver) void check(code);
      }}
    >
      {isAwaited && (
        <CodeField
          label={t(letters ? "code.label-recovery" : "code.label")}
          value={code}
          onInput={setCode}
          onFull={(full) => void check(full)}
          letters={letters}
          problem={failure && "code-problem"}
        />
      )}
      <Alert id="code-problem" text={failure ?? sending?.failure} />
      {isAwaited && (
        <Button submit busy={busy} disabled={!code.trim() || isOver}>
          {t("continue")}
        </Button>
      )}
      {sending && <SendAgain sending={sending} what="code" isOver={isOver} onPress={() => void again()} />}
    </form>
  );
}

/** Where the browser reads codes from messages (WebOTP), one that comes is taken at once. */
function useSmsCode(isAwaited: boolean, take: (code: string) => void): void {
  useEffect(() => {
    if (!isAwaited || !("OTPCredential" in window)) return;
    const stop = new AbortController();
    const options = { otp: { transport: ["sms"] }, signal: stop.signal } as CredentialRequestOptions;
    navigator.credentials.get(options).then(
      (received) => received && take((received as unknown as { code: string }).code),
      () => undefined,
    );
    return () => stop.abort();
  }, [isAwaited]);
}
