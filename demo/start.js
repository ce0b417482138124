#!/usr/bin/env node
// npm start: recorded runs go through the live path, and a small receiver shows the alerts that the agent sends to it.
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import pc from 'picocolors';
import { main } from '../dist/main.cjs';

const { values } = parseArgs({ options: { listen: { type: 'string', default: '127.0.0.1:9909' } } });
const COLOUR = { info: pc.cyan, warning: pc.yellow, critical: pc.red };

/** Shows each alert of an Alertmanager webhook message on two lines. */
function show({ alerts }) {
  for (const { status, labels, annotations, startsAt } of alerts) {
    const firing = status === 'firing';
    const mark = firing ? COLOUR[labels.severity](`● ${labels.severity.padEnd(8)}`) : pc.green('✓ resolved');
    const when = firing ? pc.dim(`  began ${startsAt.slice(11, 19)} UTC`) : '';
    process.stdout.write(`  ${mark} ${pc.bold(labels.alertname)}  ${pc.dim(labels.run)}${when}\n`);
    process.stdout.write(`             ${annotations.summary}\n`);
  }
}

const receiver = createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    response.writeHead(204).end();
    show(JSON.parse(Buffer.concat(chunks).toString()));
  });
});
await new Promise((resolve) => receiver.listen(0, '127.0.0.1', resolve));

const url = `http://${values.listen}`;
process.stdout.write(`
${pc.bold('nanwatch demo')}: two recorded runs are trained again, one of them in trouble (zero loss with NaN gradients).

  page      ${pc.cyan(`${url}/`)}
  metrics   ${pc.cyan(`${url}/metrics`)}
  API       ${pc.cyan(`${url}/api/v1/runs`)}

Alerts as the receiver gets them (Ctrl-C ends the demo):

`);

const runs = fileURLToPath(new URL('./runs', import.meta.url));
const webhook = `http://127.0.0.1:${receiver.address().port}/`;
process.exitCode = await main([
  'replay',
  runs,
  '--listen',
  values.listen,
  '--webhook',
  webhook,
  '--log-level',
  'error',
]);
receiver.close();
receiver.closeAllConnections();
