import { useEffect, useRef, useState } from "preact/hooks";
import type { AuthenticatorMethod, Prompt } from "@countersign/browser";
import { usePage } from "../../context.js";
import { useView } from "../../parts/view.js";
import { Add, ChooseMethod } from "../enrol.js";
import { FactorPage } from "./factor.js";
import { FactorList } from "./list.js";
import { RemoveFactor } from "./remove.js";
import { RenewCodes } from "./renew-codes.js";

type View = "LIST" | "ADD" | "CODES" | `add:${AuthenticatorMethod}` | `factor:${string}` | `remove:${string}`;

/** The user's factors, and what can be done with them. */
export function Settings() {
  const { prompt } = usePage();
  const [view, setView] = useView<View>("LIST", viewsOf(prompt));
  const [said, say] = useState<string>();
  const [part, id] = view.split(":") as [string, string | undefined];
  const list = () => setView("LIST");
  const go = (next: View) => {
    say(undefined);
    setView(next);
  };
  // Where one was added or removed, here or elsewhere, the list shows it.
  const held = prompt.authenticators.map(({ userAuthenticatorId }) => userAuthenticatorId).join();
  const shown = useRef(held);
  useEffect(() => {
    if (shown.current !== held && view !== "LIST") list();
    shown.current = held;
  }, [held]);

  const factor = prompt.authenticators.find(({ userAuthenticatorId }) => userAuthenticatorId === id);
  if (part === "ADD") return <ChooseMethod choose={(method) => go(`add:${method}`)} back={list} />;
  if (part === "add") return <Add key={id} method={id as AuthenticatorMethod} other={() => go("ADD")} />;
  if (part === "CODES") return <RenewCodes back={list} />;
  if (part === "factor" && factor)
    return <FactorPage key={id} {...{ factor, said, say }} back={list} remove={() => go(`remove:${id ?? ""}`)} />;
  if (part === "remove" && factor) return <RemoveFactor {...{ factor, say }} back={() => go(`factor:${id ?? ""}`)} />;
  return (
    <FactorList
      said={said}
      open={({ userAuthenticatorId }) => go(`factor:${userAuthenticatorId}`)}
      add={() => go("ADD")}
      renew={() => go("CODES")}
    />
  );
}

/** The parts of the page that there are. */
function viewsOf({ authenticators, methods }: Prompt): View[] {
  const ids = authenticators.map(({ userAuthenticatorId }) => userAuthenticatorId);
  const added = methods.map((method): View => `add:${method}`);
  return ["LIST", "ADD", "CODES", ...added, ...ids.flatMap((id): View[] => [`factor:${id}`, `remove:${id}`])];
}
