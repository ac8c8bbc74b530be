import { h } from "../dom";
import { ask } from "./ask";

/** Shows recovery codes, which are seen this once. */
export async function showCodes(codes: string[]): Promise<void> {
  const copy = async (event: Event): Promise<void> => {
    const button = event.currentTarget as HTMLElement;
    await navigator.clipboard.writeText(codes.join("\n"));
    button.textContent = "Copied";
  };
  const shown = ask({
    title: "Your recovery codes",
    close: "I have kept them",
    body: () => [
      h("p", {}, "Keep them where you keep your papers. Each works once, and they are not shown again."),
      h("ul", { class: "codes" }, ...codes.map((code) => h("li", {}, code))),
      h("button", { type: "button", click: (event) => void copy(event) }, "Copy"),
    ],
  });
  // They are made already: nothing is answered here, and closing undoes nothing.
  await shown.catch(() => undefined);
}
