import { useState } from "preact/hooks";
import { usePage } from "../context.js";
import { Button } from "./button.js";

/** A text to be kept, if it does not stand there already, and a button that copies it. */
export function CopyText({ text, copied }: { text?: string; copied: string }) {
  const { t } = usePage();
  const [isCopied, setCopied] = useState(false);
  const copy = () => {
    // Refused in some frames: the text is there to be selected.
    navigator.clipboard?.writeText(copied).then(
      () => setCopied(true),
      () => undefined,
    );
  };
  return (
    <div class="copy">
      {text && <code dir="ltr">{text}</code>}
      <Button kind="secondary" onPress={copy}>
        {t(isCopied ? "copied" : "copy")}
      </Button>
      <span class="unseen" role="status">
        {isCopied && t("copied")}
      </span>
    </div>
  );
}
