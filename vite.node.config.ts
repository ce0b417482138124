import { defineConfig, type Plugin } from 'vite';

/** Writes all else than ASCII as escapes: V8 then keeps a source in half the memory. */
const ascii: Plugin = {
  name: 'ascii',
  generateBundle(_, bundle) {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type === 'chunk') chunk.code = chunk.code.replace(/[^\0-\x7f]/g, escaped);
    }
  },
};

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/**
 * Commander can start commands as processes of their own, which ours never are; to load what it needs for that takes a
 * fifteenth of the program's start.
 */
const lazyChildProcess: Plugin = {
  name: 'lazy-child-process',
  transform(code, id) {
    if (!id.endsWith('/commander/lib/command.js')) return null;
    const lazy = `const childProcess = { spawn: (...of) => process.getBuiltinModule('node:child_process').spawn(...of) };`;
    const changed = code.replace("import childProcess from 'node:child_process';", lazy);
    if (changed === code) throw new Error(`${id} loads node:child_process in another way than before`);
    return { code: changed, map: null };
  },
};

/**
 * The Node side, as few files: two hundred small modules take a quarter of a second to load, a fifth of what reading a
 * million lines may cost. As CommonJS, since who imports a module of Node loads all that it could give, web cryptography
 * with it. Libraries that load files of their own at run time (pino's transports) stay outside.
 */
export default defineConfig({
  plugins: [lazyChildProcess, ascii],
  ssr: { noExternal: ['zod', 'commander', 'picocolors', '@bufbuild/protobuf'] },
  build: {
    ssr: true,
    target: 'node24',
    minify: false,
    sourcemap: true,
    rolldownOptions: {
      input: { main: 'src/cli/main.ts', player: 'src/replay/player.ts' },
      output: { format: 'cjs', entryFileNames: '[name].cjs', chunkFileNames: '[name]-[hash].cjs' },
    },
  },
});
