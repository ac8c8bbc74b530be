import { usePage } from "../context.js";
import { Sheet } from "../parts/card.js";

/** The application was told, or there is none to tell. Seen only where it does not close the page. */
export function Left() {
  const { t } = usePage();
  return <Sheet title={t("left.title")} about={t("left.about")} />;
}
