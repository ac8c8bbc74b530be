import { Card, Heading } from "../parts/card.js";
import type { Because } from "./draft.js";

const WORDS: Record<Because, [string, string]> = {
  ended: ["This preview has ended", "A preview is shown for ten minutes. Ask for another one where you made it."],
  unknown: ["There is no such preview", "Its address is not whole, or belongs to another tenant. Ask for another one."],
  offline: ["No connection", "The server can’t be reached, or has too much to do. Load this page again in a moment."],
};

/** Nothing is shown any more: why, and what to do. */
export function Over({ because }: { because: Because }) {
  const [title, about] = WORDS[because];
  return (
    <Card>
      <Heading text={title} />
      <p class="about">{about}</p>
    </Card>
  );
}
