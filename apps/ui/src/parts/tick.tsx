/** A sign that it went well; the words beside it say so too. */
export function Tick() {
  return (
    <svg class="tick" viewBox="0 0 48 48" aria-hidden="true">
      <circle cx="24" cy="24" r="22" />
      <path d="m15 25 6 6 12-13" />
    </svg>
  );
}
