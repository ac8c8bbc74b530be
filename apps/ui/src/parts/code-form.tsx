import { useEffect, useState } from "preact/hooks";
import type { AuthenticatorMethod, CodeReply } from "@countersign/browser";
import { usePage } from "../context.js";
import { Alert } from "./alert.js";
import { Button } from "./button.js";
import { CodeField } from "./code-field.js";
import { useCountdown } from "./countdown.js";
import { useWork } from "./work.js";

interface Props {
  method: AuthenticatorMethod;
  /** The work of `send`. */
  sending?: ReturnType<typeof useWork>;
  /** Sends a further code, where one is sent. */
  send?: (() => Promise<void>) | undefined;
  verify: (code: string) => Promise<CodeReply>;
}

/** Seconds until a further code may be asked for. */
const PAUSE = 30;

/** Takes a code and says what became of it. */
export function CodeForm({ method, sending, send, verify }: Props) {
  const { flow, t } = usePage();
  const [code, setCode] = useState("");
  const [isOver, setOver] = useState(false);
  const [pause, startPause] = useCountdown(send ? PAUSE : 0);
  const { busy, failure, fail, run } = useWork();
  const letters = method === "RECOVERY_CODE";

  const check = (typed: string) =>
    run(async () => {
      const reply = await verify(typed);
      if (reply.isVerified) return flow.proved(reply);
      setCode("");
      const isUsedUp = reply.failureReason === "MAX_ATTEMPTS_EXCEEDED";
      setOver(isUsedUp);
      fail(t(isUsedUp ? (send ? "code.used-up" : "code.locked") : letters ? "code.wrong-recovery" : "code.wrong"));
    });
  const again = async () => {
    setCode("");
    fail(undefined);
    await send?.();
    setOver(false);
    startPause(PAUSE);
  };
  useSmsCode(method === "SMS", (received) => {
    setCode(received);
    void check(received);
  });

  const problem = failure ?? sending?.failure;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (code.trim() && !isOver) void check(code);
      }}
    >
      <CodeField
        label={t(letters ? "code.label-recovery" : "code.label")}
        value={code}
        onInput={setCode}
        onFull={(full) => void check(full)}
        letters={letters}
        invalid={Boolean(failure)}
        describedBy="code-problem"
      />
      <div id="code-problem">
        <Alert text={problem} />
      </div>
      <Button submit busy={busy} disabled={!code.trim() || isOver}>
        {t("continue")}
      </Button>
      {send && (
        <Button kind="plain" busy={sending?.busy ?? false} disabled={pause > 0 && !isOver} onPress={() => void again()}>
          {pause > 0 && !isOver ? t("code.again-in", { seconds: String(pause) }) : t("code.again")}
        </Button>
      )}
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
