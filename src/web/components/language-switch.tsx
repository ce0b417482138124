import type { VNode } from 'preact';
import type { Language } from '../format.ts';
import { useReader } from '../reader.ts';
import { Choice } from './choice.tsx';

const LANGUAGES: readonly { readonly value: Language; readonly title: string; readonly face: string }[] = [
  { value: 'en', title: 'English', face: 'English' },
  { value: 'zh-CN', title: '中文', face: '中文' },
];

interface LanguageSwitchProps {
  readonly value: Language;
  readonly onChange: (language: Language) => void;
}

export function LanguageSwitch({ value, onChange }: LanguageSwitchProps): VNode {
  const { words } = useReader();
  return <Choice label={words.language} value={value} options={LANGUAGES} onChange={onChange} />;
}
