import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { maskedCrc32c } from '../../../src/formats/framing/crc32c.ts';

/** One record of a TensorFlow file. */
export function framed(data: Uint8Array): Buffer {
  const bytes = Buffer.alloc(16 + data.length);
  bytes.writeBigUInt64LE(BigInt(data.length), 0);
  bytes.writeUInt32LE(maskedCrc32c(bytes, 0, 8), 8);
  bytes.set(data, 12);
  bytes.writeUInt32LE(maskedCrc32c(data, 0, data.length), 12 + data.length);
  return bytes;
}

/** Writes one `Summary.Value`, its tag being there already. */
export type WriteValue = (value: BinaryWriter) => void;

export function simple(number: number): WriteValue {
  return (value) => value.tag(2, WireType.Bit32).float(number);
}

export function tensor(dtype: number, write: WriteValue, dimensions = new Uint8Array()): WriteValue {
  return (value) => {
    value.tag(8, WireType.LengthDelimited).fork();
    value.tag(1, WireType.Varint).int32(dtype).tag(2, WireType.LengthDelimited).bytes(dimensions);
    write(value);
    value.join();
  };
}

export function text(content: string): WriteValue {
  return tensor(7, (value) => value.tag(8, WireType.LengthDelimited).string(content));
}

/** An event as TensorBoard's writers write it, in its frame. */
export function event(step: number, values: Readonly<Record<string, number | WriteValue>>): Buffer {
  const writer = new BinaryWriter().tag(1, WireType.Bit64).double(1_795_490_959.04);
  if (step !== 0) writer.tag(2, WireType.Varint).int64(step);
  writer.tag(5, WireType.LengthDelimited).fork();
  for (const [tag, value] of Object.entries(values)) {
    writer.tag(1, WireType.LengthDelimited).fork().tag(1, WireType.LengthDelimited).string(tag);
    if (typeof value === 'number') simple(value)(writer);
    else value(writer);
    writer.join();
  }
  return framed(writer.join().finish());
}

/** A log call of Hugging Face's callback: an event for each number. */
export function logged(step: number, numbers: Readonly<Record<string, number>>): Buffer {
  return Buffer.concat(Object.entries(numbers).map(([tag, value]) => event(step, { [tag]: value })));
}

/** The event at the head of every file. */
export const VERSION = framed(
  new BinaryWriter()
    .tag(1, WireType.Bit64)
    .double(1_795_490_959.04)
    .tag(3, WireType.LengthDelimited)
    .string('brain.Event:2')
    .finish(),
);
