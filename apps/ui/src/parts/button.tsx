import type { ComponentChildren } from "preact";
import { usePage } from "../context.js";

interface Props {
  children: ComponentChildren;
  /** How much it stands out. */
  kind?: "primary" | "secondary" | "plain" | "danger";
  submit?: boolean;
  /** Its work is under way: it cannot be pressed again, keeps the focus, and says so. */
  busy?: boolean;
  disabled?: boolean;
  onPress?: () => void;
}

/** A button. */
export function Button({ children, kind = "primary", submit, busy, disabled, onPress }: Props) {
  return (
    <>
      <button
        type={submit ? "submit" : "button"}
        class={`button ${kind}`}
        aria-busy={busy}
        aria-disabled={busy || disabled}
        onClick={(event) => {
          // The second click of two was meant for what stood there before.
          if (busy || disabled || event.detail > 1) event.preventDefault();
          else onPress?.();
        }}
      >
        <span>{children}</span>
        {busy && <span class="spinner" aria-hidden="true" />}
      </button>
      {busy !== undefined && <Working busy={busy} />}
    </>
  );
}

/** Beside the button: what changes within one is not read out. */
function Working({ busy }: { busy: boolean }) {
  const { t } = usePage();
  return (
    <span class="unseen" role="status">
      {busy && t("loading")}
    </span>
  );
}
