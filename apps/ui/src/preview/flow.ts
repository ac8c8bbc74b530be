import { Countersign } from "@countersign/browser";
import { Flow, type Screen } from "../flow.js";
import type { Choice } from "./choice.js";
import type { Draft } from "./draft.js";
import { SampleTransport } from "./transport.js";

/** A launch that nobody made: nothing is kept of it, and there is nowhere to go from it. */
export class PreviewFlow extends Flow {
  override readonly isSample = true;

  constructor({ tenant }: Draft, { kind, locale }: Choice, show: (screen: Screen) => void) {
    const launch = {
      token: "",
      tenantId: tenant.tenantId,
      popup: false,
      forceEnrollment: false,
      settings: false,
      sent: {},
      passed: [],
    };
    super(launch, show, new Countersign(new SampleTransport(tenant, kind, locale)));
  }

  override get canLeave(): boolean {
    return true;
  }

  override leave(): void {
    if (this.prompt) this.show({ kind: "left", prompt: this.prompt });
  }

  protected override keep(): void {}
}
