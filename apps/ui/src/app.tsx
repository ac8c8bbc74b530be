import { useEffect, useMemo, useState } from "preact/hooks";
import { PageProvider } from "./context.js";
import { Flow, type Screen } from "./flow.js";
import type { Launch } from "./launch.js";
import { PromptPage } from "./pages/prompt.js";
import { Left } from "./pages/left.js";
import { Stopped } from "./pages/stopped.js";
import { Busy } from "./parts/busy.js";
import { Card } from "./parts/card.js";
import { dress } from "./theme.js";
import { speak, type Translate, type Words } from "./words/index.js";

/** The whole page: what the server prompts, in the user's language and the tenant's looks. */
export function App({ launch }: { launch: Launch | undefined }) {
  const [screen, show] = useState<Screen>(launch ? { kind: "loading" } : { kind: "stopped", because: "unopened" });
  const [words, setWords] = useState<Words>();
  const flow = useMemo(() => launch && new Flow(launch, show), [launch]);
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
      />
    );
  }
  if (!flow) return null;
  const page = { flow, prompt: screen.prompt, t };
  return <PageProvider value={page}>{screen.kind === "left" ? <Left /> : <PromptPage />}</PageProvider>;
}
