import type { LanguageName } from '../../text/index.ts';
import type { Message } from '../message.ts';
import { escapedHtml } from './escaped-html.ts';

const COLOUR = { critical: '#b42318', warning: '#b54708', info: '#175cd3', resolved: '#027a48' } as const;
const FONT =
  "font-family:-apple-system,'Segoe UI',Roboto,'Helvetica Neue','PingFang SC','Microsoft YaHei','Noto Sans CJK SC',Arial,sans-serif";

/**
 * The message as mail programs show it: styles at the elements and a table for the frame, since that is all that every
 * one of them understands; labels above their texts, so that it reads on a telephone too.
 */
export function emailHtml({ kind, headline, rows, links }: Message, lang: LanguageName): string {
  const title = escapedHtml(headline);
  return `<!doctype html>
<html lang="${lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="color-scheme" content="light"><title>${title}</title></head>
<body style="margin:0;padding:16px;background:#f2f4f7;${FONT}">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:640px;margin:0 auto;background:#ffffff;border-radius:8px;border-collapse:separate;overflow:hidden">
<tr><td style="padding:16px 24px;background:${COLOUR[kind]};color:#ffffff;font-size:18px;line-height:1.4;font-weight:600;word-break:break-word">${title}</td></tr>
<tr><td style="padding:8px 24px 16px;color:#101828;font-size:15px;line-height:1.5;word-break:break-word">
${rows.map(rowHtml).join('\n')}
</td></tr>
${links.length === 0 ? '' : `<tr><td style="padding:0 24px 20px">${links.map(linkHtml).join(' ')}</td></tr>\n`}</table>
</body></html>
`;
}

function rowHtml({ label, text }: Message['rows'][number]): string {
  return `<p style="margin:12px 0 0"><span style="display:block;color:#475467;font-size:13px">${escapedHtml(label)}</span>${escapedHtml(text)}</p>`;
}

function linkHtml({ label, url }: Message['links'][number]): string {
  return `<a href="${escapedHtml(url)}" style="display:inline-block;margin:4px 8px 0 0;padding:8px 14px;border:1px solid #98a2b3;border-radius:6px;color:#175cd3;font-size:14px;text-decoration:none">${escapedHtml(label)}</a>`;
}
