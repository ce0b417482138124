#!/usr/bin/env node
// Runs on any Node, to say in one line when it is too old: nothing newer may be written or imported before that.
const major = Number(process.versions.node.split('.')[0]);
if (major < 24) {
  process.stderr.write(
    `nanwatch needs Node 24 or newer, this is ${process.versions.node}. In a checkout, npm start and npx nanwatch bring their own.\n`,
  );
  process.exit(2);
}
const { main } = await import('../dist/main.js');
process.exitCode = await main(process.argv.slice(2));
