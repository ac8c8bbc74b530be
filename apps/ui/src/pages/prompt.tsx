import { usePage } from "../context.js";
import { Challenge } from "./challenge.js";
import { Done } from "./done.js";
import { Enrol } from "./enrol.js";
import { Decided } from "./decided.js";
import { RecoveryCodes } from "./recovery-codes.js";
import { Settings } from "./settings/index.js";
import { Uplift } from "./uplift.js";

/** The page for what the server prompts. */
export function PromptPage() {
  const { kind } = usePage().prompt;
  switch (kind) {
    case "CHALLENGE":
      return <Challenge />;
    case "ENROL":
      return <Enrol />;
    case "RECOVERY_CODES":
      return <RecoveryCodes />;
    case "UPLIFT":
      return <Uplift />;
    case "SETTINGS":
      return <Settings />;
    case "DONE":
      return <Done />;
    case "BLOCKED":
    case "REVIEW":
    case "FAILED":
      return <Decided kind={kind} />;
    default:
      return kind satisfies never;
  }
}
