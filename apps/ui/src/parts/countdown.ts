import { useEffect, useState } from "preact/hooks";

/** Seconds that run down to zero, and a way to set them anew. */
export function useCountdown(seconds: number): [number, (seconds: number) => void] {
  const [end, setEnd] = useState(() => Date.now() + seconds * 1000);
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
  return [left(), (again) => setEnd(Date.now() + again * 1000)];
}
