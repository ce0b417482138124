/** Castagnoli's polynomial, bits reversed. */
const POLYNOMIAL = 0x82f63b78;
const MASK_DELTA = 0xa282ead8;

/** Eight tables of 256: what a byte does to the checksum when 0 to 7 more bytes follow it. */
const TABLES = makeTables();

function makeTables(): Int32Array {
  const tables = new Int32Array(8 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? POLYNOMIAL : 0);
    tables[byte] = crc;
  }
  for (let place = 256; place < tables.length; place++) {
    const before = tables[place - 256] as number;
    tables[place] = (before >>> 8) ^ (tables[before & 0xff] as number);
  }
  return tables;
}

/**
 * Checksum of a range as TensorFlow's record files hold it: CRC-32C, turned by 15 bits and shifted by a constant, so that
 * a checksum of data that holds checksums is a good one too (tensorflow `core/lib/hash/crc32c.h`). Takes eight bytes at a
 * time (Kounavis and Berry, "A systematic approach to building high performance software-based CRC generators", 2005).
 */
export function maskedCrc32c(bytes: Uint8Array, start: number, end: number): number {
  let crc = -1;
  let at = start;
  for (; at + 8 <= end; at += 8) {
    const low = crc ^ word(bytes, at);
    const high = word(bytes, at + 4);
    crc =
      (TABLES[0x700 | (low & 0xff)] as number) ^
      (TABLES[0x600 | ((low >>> 8) & 0xff)] as number) ^
      (TABLES[0x500 | ((low >>> 16) & 0xff)] as number) ^
      (TABLES[0x400 | (low >>> 24)] as number) ^
      (TABLES[0x300 | (high & 0xff)] as number) ^
      (TABLES[0x200 | ((high >>> 8) & 0xff)] as number) ^
      (TABLES[0x100 | ((high >>> 16) & 0xff)] as number) ^
      (TABLES[high >>> 24] as number);
  }
  for (; at < end; at++) crc = (crc >>> 8) ^ (TABLES[(crc ^ (bytes[at] as number)) & 0xff] as number);
  crc = ~crc;
  return (((crc >>> 15) | (crc << 17)) + MASK_DELTA) >>> 0;
}

/** Four bytes, the lowest first, as a signed number. */
function word(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)
  );
}
