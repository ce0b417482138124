import { useEffect, useRef, useState } from 'preact/hooks';

/** One clock for every age on the page. */
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    for (const each of listeners) each();
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** A text that depends on the time. Asked every second, drawn again only when it reads differently. */
export function useTicking(text: (nowMs: number) => string): string {
  const latest = useRef(text);
  latest.current = text;
  const [, setShown] = useState('');
  useEffect(() => subscribe(() => setShown(latest.current(Date.now()))), []);
  return text(Date.now());
}
