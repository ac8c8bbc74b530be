import { useEffect, useState } from "preact/hooks";
import { PageProvider } from "./context.js";
import type { Flow, Screen } from "./flow.js";
import { PromptPage } from "./pages/prompt.js";
import { Left } from "./pages/left.js";
import { Stopped } from "./pages/stopped.js";
import { Busy } from "./parts/busy.js";
import { Card } from "./parts/card.js";
import { dress } from "./theme.js";
import { speak, type Translate, type Words } from "./words/index.js";

interface Props {
  /** Begins what the page was opened for; absent when nobody opened it for anything. */
  begin: ((show: (screen: Screen) => void) => Flow) | undefined;
}

/** The whole page: what the server prompts, in the user's language and the tenant's looks. */
export function App({ begin }: Props) {
  const [screen, show] = useState<Screen>(begin ? { kind: "loading" } : { kind: "stopped", because: "unopened" });
  const [words, setWords] = useState<Words>();
  const [flow] = useState(() => begin?.(show));
  const prompt = screen.kind === "prompt" || screen.kind === "left" ? screen.prompt : flow?.prompt;

  useEffect(() => {
    if (!flow) return;
    void flow.next();
    const root = document.getElementById("widget_container");
    if (root) flow.opener.follow(root);
    document.documentElement.classList.toggle("framed", flow.opener.place === "frame");
    // Who comes back to this page may have been elsewhere meanwhile.
    const look = () => void (document.visibilityState === "visible" && flow.moved());
    // The application closes its popup by this key, and does not hear it while this page has the focus.
    const escape = (event: KeyboardEvent) => event.key === "Escape" && flow.opener.place === "frame" && flow.leave();
    addEventListener("keydown", escape);
    addEventListener("focus", look);
    document.addEventListener("visibilitychange", look);
    return () => {
      removeEventListener("keydown", escape);
      removeEventListener("focus", look);
      document.removeEventListener("visibilitychange", look);
    };
  }, [flow]);

  useEffect(() => {
    void speak(prompt?.locale, prompt?.tenant.messages).then(setWords);
    if (prompt) dress(prompt.tenant.theme);
  }, [prompt?.locale, prompt?.tenant.tenantId]);

  if (!words || screen.kind === "loading") {
    return (
      <Card>
        <Busy label={words?.t("loading") ?? ""} />
      </Card>
    );
  }
  const t: Translate = words.t;
  if (screen.kind === "stopped") {
    return (
      <Stopped
        screen={screen}
        t={t}
        again={() => void flow?.next()}
        leave={flow?.canLeave ? () => flow.leave() : undefined}
        isOwn={!flow || flow.opener.place === "page"}
      />
    );
  }
  if (!flow) return null;
  const page = { flow, prompt: screen.prompt, t };
  return <PageProvider value={page}>{screen.kind === "left" ? <Left /> : <PromptPage />}</PageProvider>;
}
