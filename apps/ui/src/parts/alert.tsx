/** What went wrong, told at once by screen readers. */
export function Alert({ text }: { text: string | undefined }) {
  return (
    <div role="alert" class={text ? "alert" : ""}>
      {text}
    </div>
  );
}
