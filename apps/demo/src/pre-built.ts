import { Authsignal } from "@authsignal/browser";
import { run } from "./outcome";

/** How the pre-built UI is opened. */
export type Mode = "redirect" | "popup" | "window";

/**
 * Lets the pre-built UI ask for the proof: all that an application has to do. Gives the token for the backend. By redirect the browser
 * leaves this page, and {@link returned} takes up the token when it comes back.
 */
export function openPage(tenantId: string, url: string, mode: Mode): Promise<string> {
  const sdk = new Authsignal({ tenantId, baseUrl: `${location.origin}/v1` });
  if (mode === "redirect") {
    sdk.launch(url, { mode });
    return new Promise(() => undefined);
  }
  return run(`launch(url, { mode: "${mode}" })`, async () => {
    const { token } = await (mode === "popup" ? sdk.launch(url, { mode }) : sdk.launch(url, { mode }));
    if (token) return { data: { token, isVerified: true } };
    return { errorCode: "user_canceled", errorDescription: "The page was closed. Nothing was changed." };
  });
}

/** The token that a redirect brought back. It leaves the address: a reload does not use it again. */
export function returned(): string | undefined {
  const token = new URLSearchParams(location.search).get("token");
  if (!token) return undefined;
  history.replaceState(null, "", location.pathname + location.hash);
  return token;
}
