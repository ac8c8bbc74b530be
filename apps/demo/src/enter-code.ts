import { h } from "./dom";

/** What became of a code that was typed. */
export type Checked = { token: string } | { problem: string; isOver: boolean };

interface Question {
  title: string;
  /** Where the code is, in a sentence. */
  where: string;
  /** Sends another code. Absent where nothing is sent. */
  resend?: () => Promise<void>;
  check: (code: string) => Promise<Checked>;
}

/** Asks for a code until it is right. Gives the token of the right one; rejects with AbortError when the question is closed. */
export function enterCode({ title, where, resend, check }: Question): Promise<string> {
  return new Promise((resolve, reject) => {
    const input = h("input", {
      id: "code",
      name: "code",
      type: "text",
      inputmode: "numeric",
      autocomplete: "one-time-code",
      required: true,
      maxlength: 16,
      spellcheck: "false",
      "aria-describedby": "code-problem",
    });
    const problem = h("p", { class: "problem-line", id: "code-problem", role: "alert" });
    const button = h("button", { type: "submit" }, "Confirm");
    let token: string | undefined;

    const submit = async (): Promise<void> => {
      if (button.getAttribute("aria-disabled") === "true") return;
      button.setAttribute("aria-disabled", "true");
      problem.textContent = "";
      const checked = await check(input.value).catch(fail);
      button.removeAttribute("aria-disabled");
      if (!checked) return;
      if ("token" in checked) {
        token = checked.token;
        dialog.close();
        return;
      }
      problem.textContent = checked.problem;
      input.value = "";
      if (!checked.isOver) input.focus();
    };
    // What was thrown belongs to the page: it knows what to say.
    const fail = (error: unknown): void => {
      reject(error instanceof Error ? error : new Error(String(error)));
      dialog.close();
    };
    const another = async (): Promise<void> => {
      problem.textContent = "";
      await resend?.().catch(fail);
      input.focus();
    };

    const dialog = h(
      "dialog",
      { class: "choose", "aria-labelledby": "code-title" },
      h("h2", { id: "code-title" }, title),
      h("p", {}, where),
      h(
        "form",
        {
          submit: (event) => {
            event.preventDefault();
            void submit();
          },
        },
        h("div", { class: "field" }, h("label", { for: "code" }, "Code"), input, problem),
        button,
      ),
      resend && h("button", { type: "button", class: "quiet", click: () => void another() }, "Send another code"),
      h("button", { type: "button", class: "quiet", click: () => dialog.close() }, "Not now"),
    );
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (token) resolve(token);
      else reject(new DOMException("the question was closed", "AbortError"));
    });
    document.body.append(dialog);
    dialog.showModal();
    input.focus();
  });
}
