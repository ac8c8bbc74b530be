/** Something is under way. */
export function Busy({ label }: { label: string }) {
  return (
    <p class="busy" role="status">
      <span class="spinner" aria-hidden="true" />
      <span class="unseen">{label}</span>
    </p>
  );
}
