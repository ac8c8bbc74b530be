import type { AuthenticatorMethod } from "@countersign/browser";

// Drawn on a grid of 24, stroked.
const PATHS: Record<AuthenticatorMethod, string> = {
  PASSKEY:
    "M10 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-7 9c0-3.5 3-6 7-6 1 0 2 .2 2.8.5M18 16a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Zm0 0v5m0-2h2",
  SECURITY_KEY: "M8 2h8a1 1 0 0 1 1 1v12H7V3a1 1 0 0 1 1-1Zm1 13v7h6v-7M12 10.5a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z",
  AUTHENTICATOR_APP: "M7 2h10v20H7V2Zm3 17h4M12 7v4l2 2",
  EMAIL_MAGIC_LINK: "M3 5h18v14H3V5Zm0 1 9 7 9-7M14 16h4",
  EMAIL_OTP: "M3 5h18v14H3V5Zm0 1 9 7 9-7",
  WHATSAPP: "M4 20l1.2-4A8 8 0 1 1 8.5 19L4 20Zm5-11c0 3 3 6 6 6l1-1.5-2-1-1 .8c-1-.5-1.6-1.1-2-2l.8-1-1-2L9 9Z",
  SMS: "M4 4h16v12H9l-5 4V4Zm4 6h.01M12 10h.01M16 10h.01",
  RECOVERY_CODE: "M5 3h14v18H5V3Zm3 5h8M8 12h8M8 16h5",
};

/** A small drawing that says nothing the words beside it do not. */
export function MethodIcon({ method }: { method: AuthenticatorMethod }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[method]} />
    </svg>
  );
}
