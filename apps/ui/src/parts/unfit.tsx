import { useEffect } from "preact/hooks";
import { usePage } from "../context.js";
import { Button } from "./button.js";
import { Sheet } from "./card.js";
import { OtherWay } from "./other-way.js";

interface Props {
  title: string;
  /** What whoever runs the site has to set, in the server's words. */
  advice: string;
  other: (() => void) | undefined;
}

/** A way that cannot work where this page is served: the user takes another, whoever runs the site is told what to set. */
export function Unfit({ title, advice, other }: Props) {
  const { t } = usePage();
  useEffect(() => console.warn(advice), [advice]);
  return (
    <Sheet title={title} about={t(other ? "unfit.about" : "unfit.alone")}>
      {other && <Button onPress={other}>{t("other-way")}</Button>}
      <OtherWay />
      <details class="note">
        <summary>{t("unfit.operator")}</summary>
        <p class="small" lang="en" dir="ltr">
          {advice}
        </p>
      </details>
    </Sheet>
  );
}
