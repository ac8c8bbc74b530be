import type { ComponentChildren } from "preact";

interface Props {
  children: ComponentChildren;
  /** How much it stands out. */
  kind?: "primary" | "secondary" | "plain";
  submit?: boolean;
  /** Its work is under way: it cannot be pressed again, and keeps the focus. */
  busy?: boolean;
  disabled?: boolean;
  onPress?: () => void;
}

/** A button. */
export function Button({ children, kind = "primary", submit, busy, disabled, onPress }: Props) {
  return (
    <button
      type={submit ? "submit" : "button"}
      class={`button ${kind}`}
      aria-busy={busy}
      aria-disabled={busy || disabled}
      onClick={(event) => {
        if (busy || disabled) event.preventDefault();
        else onPress?.();
      }}
    >
      {children}
      {busy && <span class="spinner" aria-hidden="true" />}
    </button>
  );
}
