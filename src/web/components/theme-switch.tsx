import type { VNode } from 'preact';
import { useReader } from '../reader.ts';
import { THEMES, type Theme } from '../settings.ts';
import { Choice } from './choice.tsx';

const FACES: Readonly<Record<Theme, VNode>> = {
  auto: (
    <svg class="face" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <circle cx="8" cy="8" r="5.5" />
      <path class="solid" d="M8 2.5a5.5 5.5 0 0 1 0 11z" />
    </svg>
  ),
  light: (
    <svg class="face" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <circle cx="8" cy="8" r="3" />
      <path d="M8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3.05 3.05l1.1 1.1M11.85 11.85l1.1 1.1M3.05 12.95l1.1-1.1M11.85 4.15l1.1-1.1" />
    </svg>
  ),
  dark: (
    <svg class="face" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path d="M13.5 9.7A5.8 5.8 0 0 1 6.3 2.5a5.8 5.8 0 1 0 7.2 7.2z" />
    </svg>
  ),
};

interface ThemeSwitchProps {
  readonly value: Theme;
  readonly onChange: (theme: Theme) => void;
}

export function ThemeSwitch({ value, onChange }: ThemeSwitchProps): VNode {
  const { words } = useReader();
  const options = THEMES.map((theme) => ({ value: theme, title: words.themes[theme], face: FACES[theme] }));
  return <Choice label={words.theme} value={value} options={options} onChange={onChange} />;
}
