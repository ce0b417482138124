// What anyone would write first: read, split, JSON.parse. The yardstick of the catch-up benchmark.
import { createReadStream } from 'node:fs';

let rest = '';
let records = 0;
let last;
for await (const chunk of createReadStream(process.argv[2], { encoding: 'utf8' })) {
  const lines = (rest + chunk).split('\n');
  rest = lines.pop();
  for (const line of lines) {
    last = JSON.parse(line);
    records++;
  }
}
console.log(JSON.stringify({ records, loss: last.loss }));
