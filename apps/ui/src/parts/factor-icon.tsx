import type { Authenticator } from "@countersign/browser";
import { darkMedia } from "../mode.js";
import { MethodIcon } from "./method-icon.js";

/** The sign of a passkey's provider, where it is known, else of the method. Says nothing the words beside it do not. */
export function FactorIcon({ factor }: { factor: Authenticator }) {
  const provider = factor.webauthnCredential?.aaguidMapping;
  const light = provider?.svgIconLight ?? provider?.svgIconDark;
  if (!light) return <MethodIcon method={factor.verificationMethod} />;
  return (
    <picture class="icon">
      {provider?.svgIconDark && <source srcset={provider.svgIconDark} media={darkMedia()} />}
      <img src={light} alt="" />
    </picture>
  );
}
