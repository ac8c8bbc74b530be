import type { AuthenticatorMethod } from "@countersign/browser";
import { usePage } from "../context.js";
import { methodName, methodNote } from "../words/methods.js";
import { MethodIcon } from "./method-icon.js";

interface Props {
  methods: readonly AuthenticatorMethod[];
  /** Whether the words speak of adding one or of using it. */
  adding: boolean;
  choose: (method: AuthenticatorMethod) => void;
}

/** The ways there are, each a button. */
export function MethodList({ methods, adding, choose }: Props) {
  const { prompt, t } = usePage();
  return (
    <ul class="methods">
      {methods.map((method) => (
        <li key={method}>
          <button type="button" onClick={() => choose(method)}>
            <MethodIcon method={method} />
            <span>
              <strong>{methodName(t, method, adding)}</strong>
              <small>{methodNote(t, method, adding ? undefined : prompt)}</small>
            </span>
          </button>
        </li>
      ))}
    </ul>
  );
}
