import { en } from './en.ts';
import type { Language } from './language.ts';
import { zhCN } from './zh-CN.ts';

/** Languages by the name that `--lang` takes. */
export const LANGUAGES = { en, 'zh-CN': zhCN } as const satisfies Record<string, Language>;

export type LanguageName = keyof typeof LANGUAGES;
