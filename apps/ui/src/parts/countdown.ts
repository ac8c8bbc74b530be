import { useEffect, useState } from "preact/hooks";

/** Whole seconds until a moment (milliseconds since 1970), and zero from then on. */
export function useCountdown(end: number): number {
  const left = () => Math.max(0, Math.ceil((end - Date.now()) / 1000));
  const [, tick] = useState(0);
  useEffect(() => {
    if (left() === 0) return;
    const timer = setInterval(() => {
      tick((n) => n + 1);
      if (left() === 0) clearInterval(timer);
    }, 500);
    return () => clearInterval(timer);
  }, [end]);
  return left();
}
