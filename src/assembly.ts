import { readFileSync } from 'node:fs';

/** Of the language's own, what is needed here: its types come with those of the browser only. */
declare const WebAssembly: {
  readonly Module: new (code: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: object };
};

/** A constant or a variable of `src/assembly`. */
export interface AssemblyGlobal {
  readonly value: number;
}

interface Memory {
  /** It never grows. */
  readonly memory: { readonly buffer: ArrayBuffer };
}

/** Where bytes of files are best read to: readers find them in place. */
export function readBuffer(): Buffer {
  const { memory, chunk, CHUNK_BYTES } = assembly<{ chunk: AssemblyGlobal; CHUNK_BYTES: AssemblyGlobal }>();
  return Buffer.from(memory.buffer, chunk.value, CHUNK_BYTES.value);
}

let exported: object | undefined;

/**
 * What `src/assembly` exports: arithmetic on bytes and numbers that is done a million times, in AssemblyScript, which the
 * build compiles. `Part` is what of it is wanted.
 */
export function assembly<Part>(): Part & Memory {
  exported ??= load();
  return exported as Part & Memory;
}

function load(): object {
  const code = readFileSync(new URL('../dist/assembly.wasm', import.meta.url));
  return new WebAssembly.Instance(new WebAssembly.Module(code)).exports;
}
