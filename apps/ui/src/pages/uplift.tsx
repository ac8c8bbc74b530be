import { useEffect, useState } from "preact/hooks";
import { usePage } from "../context.js";
import { Alert } from "../parts/alert.js";
import { Busy } from "../parts/busy.js";
import { Button } from "../parts/button.js";
import { Card, Sheet } from "../parts/card.js";
import { useWork } from "../parts/work.js";
import { passkeyWords } from "../words/platform.js";

const TURNED_DOWN = "countersign.uplift";
const DAY_MS = 86_400_000;

/** Offers a passkey to a user who has none, where this device can make one and the user did not say no lately. */
export function Uplift() {
  const { flow, prompt, t } = usePage();
  const { busy, failure, run } = useWork();
  const [isOffered, setOffered] = useState(false);
  useEffect(() => {
    void (flow.isSample ? Promise.resolve(true) : canOffer(prompt.upliftEveryDays)).then((can) =>
      can ? setOffered(true) : flow.pass("UPLIFT"),
    );
  }, []);
  if (!isOffered) {
    return (
      <Card>
        <Busy label={t("loading")} />
      </Card>
    );
  }
  const add = () => run(async () => flow.proved(await flow.countersign.passkey.enroll()));
  const later = () => {
    if (!flow.isSample) remember();
    void flow.pass("UPLIFT");
  };
  const words = passkeyWords(t);
  return (
    <Sheet title={words.upliftTitle} about={t("uplift.about")}>
      <Alert text={failure} />
      <Button busy={busy} onPress={() => void add()}>
        {words.setUp}
      </Button>
      <Button kind="plain" onPress={later}>
        {t("uplift.later")}
      </Button>
    </Sheet>
  );
}

async function canOffer(everyDays: number): Promise<boolean> {
  if (typeof PublicKeyCredential === "undefined") return false;
  const askedAt = Number(read());
  if (askedAt && Date.now() < askedAt + everyDays * DAY_MS) return false;
  return PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable().catch(() => false);
}

function read(): string | null {
  try {
    return localStorage.getItem(TURNED_DOWN);
  } catch {
    return null;
  }
}

function remember(): void {
  try {
    localStorage.setItem(TURNED_DOWN, String(Date.now()));
  } catch {
    // A browser that keeps nothing is asked again.
  }
}
