import { FIELD, type FieldName } from '../../../src/model/field.ts';
import { LogRecord } from '../../../src/model/record.ts';

export type Fields = Partial<Record<FieldName, number>>;

/** A record with these fields; names outside the vocabulary go where a format puts them. */
export function recordOf(fields: Fields, other: Readonly<Record<string, number>> = {}): LogRecord {
  const record = new LogRecord();
  for (const [name, value] of Object.entries(fields)) record.set(FIELD[name as FieldName], value);
  for (const [name, value] of Object.entries(other)) record.other.set(name, value);
  return record;
}
