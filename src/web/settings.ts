import type { Language } from './format.ts';

/** What the reader chose, kept in the browser; where storage is forbidden the choice lasts as long as the page. */
export const THEMES = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof THEMES)[number];

const LANGUAGE_KEY = 'nanwatch.language';
const THEME_KEY = 'nanwatch.theme';

export function chosenLanguage(): Language {
  const stored = read(LANGUAGE_KEY);
  if (stored === 'en' || stored === 'zh-CN') return stored;
  return /^zh\b/i.test(navigator.language) ? 'zh-CN' : 'en';
}

export function keepLanguage(language: Language): void {
  write(LANGUAGE_KEY, language);
}

export function chosenTheme(): Theme {
  const stored = read(THEME_KEY);
  return THEMES.find((theme) => theme === stored) ?? 'auto';
}

export function keepTheme(theme: Theme): void {
  write(THEME_KEY, theme);
}

export function applyTheme(theme: Theme): void {
  if (theme === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Not kept; the page itself has it.
  }
}
