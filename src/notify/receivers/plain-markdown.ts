const WIDE: Readonly<Record<string, string>> = { '<': '＜', '>': '＞', '[': '［', ']': '］', '*': '＊', '`': '｀' };

/**
 * Text for a Markdown that has no escapes: the characters that it would take for markup, in their full width. A
 * underscore within a word is none.
 */
export function plainMarkdown(text: string): string {
  return text.replace(/[<>[\]*`]/g, (character) => WIDE[character] ?? character).replaceAll('\n', ' ');
}
