import { en } from './en.ts';
import type { LanguageName } from './index.ts';
import type { Language } from './language.ts';

/** One language alone: commands must start fast. */
export async function loadLanguage(name: LanguageName): Promise<Language> {
  return name === 'en' ? en : (await import('./index.ts')).LANGUAGES[name];
}
