const OFFSET = 14695981039346656037n;
const PRIME = 1099511628211n;
const MASK = (1n << 64n) - 1n;
/** A byte that occurs in no UTF-8 text. */
const SEPARATOR = Uint8Array.of(0xff);

function add(hash: bigint, bytes: Uint8Array): bigint {
  let sum = hash;
  for (const byte of bytes) sum = ((sum ^ BigInt(byte)) * PRIME) & MASK;
  return sum;
}

/** The fingerprint of a label set, 16 hex digits, as Prometheus and Alertmanager compute it: FNV-1a, names in byte order. */
export function fingerprint(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => [Buffer.from(name), Buffer.from(value)] as const);
  pairs.sort(([a], [b]) => Buffer.compare(a, b));
  const parts = pairs.flatMap(([name, value]) => [name, SEPARATOR, value, SEPARATOR]);
  return parts.reduce(add, OFFSET).toString(16).padStart(16, '0');
}
