import { KINDS, locales, type Choice } from "./choice.js";
import type { Draft } from "./draft.js";

interface Props {
  draft: Draft;
  choice: Choice;
  choose: (choice: Choice) => void;
}

/** Says that nothing below is real, and chooses what is shown. For whoever makes the looks: in English, and never in a tenant's own. */
export function Bar({ draft, choice, choose }: Props) {
  const names = new Intl.DisplayNames(["en"], { type: "language" });
  const languages = Object.fromEntries(locales(draft.tenant.messages).map((code) => [code, names.of(code) ?? code]));
  const ends = new Date(draft.expiresAt).toLocaleTimeString("en", { timeStyle: "short" });
  return (
    <section class="preview-bar" aria-label="Preview" lang="en" dir="ltr">
      <p>
        <strong>Preview</strong> Nothing here is real, and nothing is sent. Shown until {ends}.
      </p>
      <Select label="Page" of={KINDS} value={choice.kind} pick={(kind) => choose({ ...choice, kind })} />
      <Select label="Language" of={languages} value={choice.locale} pick={(locale) => choose({ ...choice, locale })} />
      <Select
        label="Mode"
        of={{ light: "Light", dark: "Dark" }}
        value={choice.mode}
        pick={(mode) => choose({ ...choice, mode })}
      />
    </section>
  );
}

interface SelectProps<Value extends string> {
  label: string;
  of: Record<Value, string>;
  value: Value;
  pick: (value: Value) => void;
}

function Select<Value extends string>({ label, of, value, pick }: SelectProps<Value>) {
  return (
    <label>
      <span>{label}</span>
      <select value={value} onChange={(event) => pick(event.currentTarget.value as Value)}>
        {(Object.keys(of) as Value[]).map((one) => (
          <option key={one} value={one} selected={one === value}>
            {of[one]}
          </option>
        ))}
      </select>
    </label>
  );
}
