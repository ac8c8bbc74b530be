import { useEffect, useState } from "preact/hooks";
import { usePage } from "../context.js";
import { useCountdown } from "./countdown.js";
import { useWork } from "./work.js";

/** Milliseconds until a further code or link may be asked for. */
const PAUSE_MS = 30_000;

/** A code or a link that is sent. */
export interface Sending {
  /** One is on its way. */
  busy: boolean;
  failure: string | undefined;
  /** There is one that may be answered. */
  isSent: boolean;
  /** Seconds until a further one may be asked for. */
  pause: number;
  /** Sends one. `false` when that failed, which `failure` then says. */
  send: () => Promise<boolean>;
}

/**
 * Sends a message as soon as the page comes, unless one is under way already: who reloads the page, or looks at another way and
 * comes back, gets no second one. `purpose` tells apart what this tab sends.
 */
export function useSending(purpose: string, work: (() => Promise<unknown>) | undefined): Sending {
  const { flow } = usePage();
  const { busy, failure, run } = useWork();
  const [sent, setSent] = useState(() => flow.lastSent(purpose));
  const pause = useCountdown((sent?.at ?? 0) + PAUSE_MS);
  const send = async () => {
    let isSent = false;
    await run(async () => {
      await work?.();
      setSent(flow.noteSent(purpose, sent?.to));
      isSent = true;
    });
    return isSent;
  };
  useEffect(() => {
    if (work && !sent) void send();
  }, []);
  return { busy, failure, isSent: sent !== undefined, pause, send };
}
