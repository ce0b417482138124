import { readFile } from 'node:fs/promises';
import { errorCode } from './error-code.ts';
import { isHttpUrl } from './options.ts';

/** A `..._file` option whose file gives no value now. The message names the option and the error code, not the content. */
export class FileOptionError extends Error {
  override readonly name = 'FileOptionError';
}

/**
 * The value of an option that may be written as it is or lie in a file. The file is read at every call, so that a
 * rotated secret is used without a restart; a line break at its end is not part of the value.
 *
 * @param name of the option, such as `url` (its file is then `url_file`)
 * @throws FileOptionError when the file cannot be read or is empty
 */
export async function fileOption(
  name: string,
  value: string | undefined,
  file: string | undefined,
): Promise<string | undefined> {
  if (file === undefined) return value;
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new FileOptionError(`${name}_file cannot be read: ${errorCode(error)}`);
  });
  const trimmed = text.trim();
  if (trimmed === '') throw new FileOptionError(`${name}_file is empty`);
  return trimmed;
}

/**
 * The address of a receiver.
 *
 * @throws FileOptionError when its file holds none
 */
export async function urlOption(options: {
  readonly url?: string | undefined;
  readonly url_file?: string | undefined;
}) {
  const url = await fileOption('url', options.url, options.url_file);
  if (url === undefined || !isHttpUrl(url)) throw new FileOptionError('url_file holds no http:// or https:// address');
  return url;
}
