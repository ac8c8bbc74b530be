/**
 * What went wrong. Screen readers tell it as soon as it comes; a field that it is about names it by `aria-errormessage` and not as its
 * description, which would be told a second time.
 */
export function Alert({ id, text }: { id?: string; text: string | undefined }) {
  return (
    <div id={id} role="alert" class={text ? "alert" : ""}>
      {text}
    </div>
  );
}
