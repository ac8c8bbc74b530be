/** What was done, told by screen readers when it comes. */
export function Said({ text }: { text: string | undefined }) {
  return (
    <p role="status" class={text ? "said" : "unseen"}>
      {text}
    </p>
  );
}
