import { useEffect } from "preact/hooks";
import { CountersignError } from "@countersign/browser";
import { usePage } from "../context.js";
import { Alert } from "./alert.js";
import { Busy } from "./busy.js";
import { SendAgain } from "./send-again.js";
import type { Sending } from "./sending.js";

const ASK_EVERY_MS = 1500;

/** Waits until the link that was sent is followed, wherever that happens. */
export function LinkWait({ sending }: { sending: Sending }) {
  const { flow, t } = usePage();
  const { isSent } = sending;
  useEffect(() => {
    if (!isSent) return;
    let isOver = false;
    let timer: ReturnType<typeof setTimeout>;
    const ask = async () => {
      try {
        const reply = await flow.countersign.emailML.check();
        if (reply.isVerified && !isOver) return await flow.proved(reply);
      } catch (error) {
        // A connection that comes and goes is no reason to stop waiting.
        const isPassing =
          error instanceof CountersignError && ["network", "too_many_requests", "unavailable"].includes(error.code);
        if (!isPassing && flow.stop(error)) return;
      }
      if (!isOver) timer = setTimeout(() => void ask(), ASK_EVERY_MS);
    };
    timer = setTimeout(() => void ask(), ASK_EVERY_MS);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [isSent]);
  return (
    <>
      {isSent && <Busy label={t("link.waiting")} />}
      <Alert text={sending.failure} />
      <SendAgain sending={sending} what="link" onPress={() => void sending.send()} />
    </>
  );
}
