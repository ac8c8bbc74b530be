import { h, type Child } from "../dom";
import { ask } from "./ask";

/** What became of what was typed. */
export type Checked<T> = { value: T } | { problem: string; isOver?: boolean };

/** How a field behaves: phones show the keyboard and the suggestions that fit. */
const FIELDS = {
  code: { label: "Code", inputmode: "numeric", autocomplete: "one-time-code", maxlength: 16 },
  recoveryCode: { label: "Recovery code", inputmode: "text", autocomplete: "off", maxlength: 32 },
  phone: { label: "Phone number", inputmode: "tel", autocomplete: "tel", maxlength: 24 },
};

interface Question<T> {
  title: string;
  /** What stands above the field. */
  about: Child[];
  field: keyof typeof FIELDS;
  button?: string;
  hasOtherWays?: boolean;
  /** Sends another code. Absent where nothing is sent. */
  resend?: () => Promise<unknown>;
  check: (typed: string) => Promise<Checked<T>>;
}

/** Asks for something to be typed until it is right. */
export function enter<T>(question: Question<T>): Promise<T> {
  const { title, about, check, resend, hasOtherWays = false } = question;
  const { label, ...attributes } = FIELDS[question.field];
  return ask<T>({
    title,
    hasOtherWays,
    body: ({ answer, fail }) => {
      const input = h("input", {
        id: "entry",
        type: "text",
        required: true,
        autofocus: true,
        spellcheck: "false",
        "aria-describedby": "entry-problem",
        ...attributes,
      });
      const problem = h("p", { class: "problem-line", id: "entry-problem", role: "alert" });
      const button = h("button", { type: "submit" }, question.button ?? "Confirm");

      const submit = async (): Promise<void> => {
        if (button.getAttribute("aria-disabled") === "true") return;
        button.setAttribute("aria-disabled", "true");
        problem.textContent = "";
        const checked = await check(input.value).catch(fail);
        button.removeAttribute("aria-disabled");
        if (!checked) return;
        if ("value" in checked) return answer(checked.value);
        problem.textContent = checked.problem;
        input.focus();
        input.select();
      };
      const another = async (): Promise<void> => {
        problem.textContent = "";
        await resend?.().catch(fail);
        input.focus();
      };
      return [
        ...about,
        h(
          "form",
          {
            submit: (event) => {
              event.preventDefault();
              void submit();
            },
          },
          h("div", { class: "field" }, h("label", { for: "entry" }, label), input, problem),
          button,
        ),
        resend && h("button", { type: "button", class: "quiet", click: () => void another() }, "Send another code"),
      ];
    },
  });
}
