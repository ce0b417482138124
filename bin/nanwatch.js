#!/usr/bin/env node
// Runs on any Node, to say in one line when it is too old: nothing newer may be written or imported before that.
const major = Number(process.versions.node.split('.')[0]);
if (major < 24) {
  process.stderr.write(
    `nanwatch needs Node 24 or newer, this is ${process.versions.node}. In a checkout, npm start and npx nanwatch bring their own.\n`,
  );
  process.exit(2);
}
// V8 lets the space for new objects grow to 48 MiB at the first burst, such as loading the program or reading the logs
// that are there, and never gives it back: a command that stays keeps it as it begins. Nor is what its middle compiler
// takes for a moment, 12 MiB, ever given back; the one below and the best one do. A command that reads logs once has ended
// before it could get back what the best one costs.
const { setFlagsFromString } = process.getBuiltinModule('node:v8');
const flags = {
  stays: ['--semi-space-growth-factor=1', '--no-maglev'],
  reads: ['--invocation-count-for-turbofan=30000'],
};
for (const flag of flags[process.argv[2] === 'check' ? 'reads' : 'stays']) setFlagsFromString(flag);
// Imported, the program would be searched for its exports first, and Node would load all of each of its own modules.
const { createRequire } = process.getBuiltinModule('node:module');
const { main } = createRequire(import.meta.url)('../dist/main.cjs');
process.exitCode = await main(process.argv.slice(2));
