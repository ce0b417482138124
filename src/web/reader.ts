import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Language } from './format.ts';
import { EN, type Words, ZH_CN } from './words.ts';

/** Who reads the page: the language of its numbers and sentences. */
export interface Reader {
  readonly language: Language;
  readonly words: Words;
}

/** One object per language, so that a change of language redraws and nothing else does. */
export const READERS: Readonly<Record<Language, Reader>> = {
  en: { language: 'en', words: EN },
  'zh-CN': { language: 'zh-CN', words: ZH_CN },
};

export const ReaderContext = createContext<Reader>(READERS.en);

export function useReader(): Reader {
  return useContext(ReaderContext);
}
