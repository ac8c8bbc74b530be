import { useEffect, useRef } from "preact/hooks";

interface Props {
  label: string;
  value: string;
  onInput: (code: string) => void;
  /** All digits are there. */
  onFull?: (code: string) => void;
  /** Letters too: recovery codes. */
  letters?: boolean;
  /** Id of what says why the last one was wrong. */
  problem?: string | undefined;
}

const DIGITS = 6;

/** One field for a code: pastes, autofills, reads as one thing to a screen reader. */
export function CodeField({ label, value, onInput, onFull, letters, problem }: Props) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus({ preventScroll: true }), []);
  const typed = (text: string) => {
    const code = letters ? text : text.replace(/\D/g, "").slice(0, DIGITS);
    onInput(code);
    if (!letters && code.length === DIGITS && code !== value) onFull?.(code);
  };
  return (
    <label class="field">
      <span>{label}</span>
      <input
        ref={field}
        class={letters ? "" : "code"}
        value={value}
        inputMode={letters ? "text" : "numeric"}
        autocomplete="one-time-code"
        autocapitalize="none"
        spellcheck={false}
        dir="ltr"
        aria-invalid={Boolean(problem)}
        aria-errormessage={problem}
        onInput={(event) => typed(event.currentTarget.value)}
      />
    </label>
  );
}
