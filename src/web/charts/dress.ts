/** Colours that the page's style sheet gives to charts, as a canvas takes them. */
export interface Dress {
  readonly lines: readonly [string, string];
  readonly text: string;
  readonly grid: string;
  readonly edge: string;
  readonly critical: string;
  readonly warning: string;
  readonly info: string;
}

/** Reads the colours that hold at `host` now; a canvas knows no custom properties. */
export function dressOf(host: HTMLElement): Dress {
  const probe = document.createElement('i');
  host.append(probe);
  const color = (name: string): string => {
    probe.style.color = `var(--${name})`;
    return getComputedStyle(probe).color;
  };
  const dress: Dress = {
    lines: [color('line-1'), color('line-2')],
    text: color('quiet'),
    grid: color('line'),
    edge: color('edge'),
    critical: color('critical'),
    warning: color('warning'),
    info: color('info'),
  };
  probe.remove();
  return dress;
}

/** Calls back when light turns to dark or back, by the system or by the reader. Returns what ends it. */
export function onDressChange(callback: () => void): () => void {
  const system = matchMedia('(prefers-color-scheme: dark)');
  system.addEventListener('change', callback);
  const reader = new MutationObserver(callback);
  reader.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  return () => {
    system.removeEventListener('change', callback);
    reader.disconnect();
  };
}
