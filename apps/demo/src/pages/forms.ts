import { h } from "../dom";

interface Field {
  name: string;
  label: string;
  type: "email" | "text";
  autocomplete: string;
  hint?: string;
}

/** A labelled input with an optional hint under it. */
export function field({ name, label, type, autocomplete, hint }: Field): HTMLElement {
  return h(
    "div",
    { class: "field" },
    h("label", { for: name }, label),
    h("input", {
      id: name,
      name,
      type,
      autocomplete,
      required: true,
      maxlength: type === "email" ? 254 : 64,
      spellcheck: "false",
      "aria-describedby": hint ? `${name}-hint` : undefined,
    }),
    hint ? h("p", { class: "hint", id: `${name}-hint` }, hint) : null,
  );
}

/** The trimmed text of a form's field. */
export function textOf(form: HTMLFormElement, name: string): string {
  const value = new FormData(form).get(name);
  return typeof value === "string" ? value.trim() : "";
}
