import { defineConfig } from 'vite';

/**
 * The Node side, as few files: two hundred small modules take a quarter of a second to load, a fifth of what reading a
 * million lines may cost. Libraries that load files of their own at run time (pino's transports) stay outside.
 */
export default defineConfig({
  ssr: { noExternal: ['zod', 'commander', 'picocolors'] },
  build: {
    ssr: true,
    target: 'node24',
    minify: false,
    sourcemap: true,
    rolldownOptions: {
      input: { main: 'src/cli/main.ts', player: 'src/replay/player.ts' },
      output: { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
    },
  },
});
