import { h } from "./dom";

const FACTORS = ["PASSKEY", "SECURITY_KEY", "EMAIL_OTP"] as const;

export type Factor = (typeof FACTORS)[number];

const LABEL: Record<Factor, [string, string]> = {
  PASSKEY: ["Use your passkey", "Fingerprint, face or screen lock of this device or your phone"],
  SECURITY_KEY: ["Use a security key", "Plug it in or hold it near, then touch it"],
  EMAIL_OTP: ["Get a code by e-mail", "Six digits, to the address on your account"],
};

/** Which kind of factor to use: asked only when the customer has several. Rejects with AbortError when the question is closed. */
export function chooseFactor(methods: string[]): Promise<Factor> {
  const factors = FACTORS.filter((factor) => methods.includes(factor));
  if (factors.length < 2) return Promise.resolve(factors[0] ?? "PASSKEY");
  return new Promise((resolve, reject) => {
    const dialog = h(
      "dialog",
      { class: "choose", "aria-labelledby": "choose-title" },
      h("h2", { id: "choose-title" }, "Confirm that it is you"),
      ...factors.map((factor) =>
        h(
          "button",
          { type: "button", class: "choice", click: () => dialog.close(factor) },
          h("b", {}, LABEL[factor][0]),
          h("span", {}, LABEL[factor][1]),
        ),
      ),
      h("button", { type: "button", class: "quiet", click: () => dialog.close() }, "Not now"),
    );
    dialog.addEventListener("close", () => {
      dialog.remove();
      const chosen = factors.find((factor) => factor === dialog.returnValue);
      if (chosen) resolve(chosen);
      else reject(new DOMException("the question was closed", "AbortError"));
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
