import { h, type Child } from "../dom";
import { ask } from "./ask";
import type { Checked } from "./enter";

const ASK_EVERY_MS = 1000;

interface Question {
  title: string;
  about: Child[];
  hasOtherWays?: boolean;
  resend: () => Promise<unknown>;
  /** What became of the link; `undefined` while it waits. */
  check: () => Promise<Checked<string> | undefined>;
}

/** Waits until a link is confirmed, on whichever device it is opened. Gives the token. */
export async function awaitLink({ title, about, hasOtherWays = false, resend, check }: Question): Promise<string> {
  let round = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = (): void => {
    round += 1;
    clearTimeout(timer);
  };
  const asked = ask<string>({
    title,
    hasOtherWays,
    body: ({ answer, fail }) => {
      const state = h("p", { class: "waiting", role: "status" });
      const look = async (mine: number): Promise<void> => {
        const checked = await check();
        // Closed, or begun anew, while it asked.
        if (mine !== round) return;
        if (!checked) timer = setTimeout(() => void look(mine).catch(fail), ASK_EVERY_MS);
        else if ("value" in checked) answer(checked.value);
        else state.textContent = checked.problem;
      };
      const begin = (): void => {
        stop();
        state.textContent = "Waiting for you to open it …";
        void look(round).catch(fail);
      };
      const another = async (): Promise<void> => {
        await resend();
        begin();
      };
      begin();
      const click = (): void => void another().catch(fail);
      return [...about, state, h("button", { type: "button", class: "quiet", click }, "Send another link")];
    },
  });
  return asked.finally(stop);
}
