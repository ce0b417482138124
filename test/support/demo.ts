import { fileURLToPath } from 'node:url';
import { cleanEnvironment } from './agent.ts';
import { Child } from './child.ts';
import { freePort } from './free-port.ts';

const START = fileURLToPath(new URL('../../demo/start.js', import.meta.url));

/** The demo, as npm start runs it, on a port of its own. */
export class Demo extends Child {
  readonly url: string;

  constructor(address: string) {
    super(process.execPath, [START, '--listen', address], { env: cleanEnvironment() });
    this.url = `http://${address}`;
  }
}

export async function startDemo(): Promise<Demo> {
  return new Demo(`127.0.0.1:${await freePort()}`);
}
