import { useEffect, useState } from 'preact/hooks';

/** True once `is` has been true for a while: what is over at once is not shown at all. */
export function useLasting(is: boolean, afterMs: number): boolean {
  const [lasts, setLasts] = useState(false);
  useEffect(() => {
    if (!is) return undefined;
    const timer = setTimeout(() => setLasts(true), afterMs);
    return () => {
      clearTimeout(timer);
      setLasts(false);
    };
  }, [is, afterMs]);
  return is && lasts;
}
