import type { Command } from 'commander';
import { EXIT, UsageError } from './exit.ts';
import { addOptions, COMMON, configOf, TELL } from './options.ts';

/** `nanwatch notify test [receiver]`: a sample for every receiver, or one. */
export function addNotify(program: Command, finish: (code: number) => void): void {
  const command = program
    .command('notify')
    .description('try the receivers of notifications')
    .command('test')
    .description('send a sample that fires, then one that has resolved, and print what became of each')
    .argument('[receiver]', 'name of one receiver; all of them if not given');
  addOptions(command, [...TELL, ...COMMON]).action(async (name: string | undefined) => {
    const config = await configOf(command, []);
    const receivers = config.receivers.filter((receiver) => name === undefined || receiver.name === name);
    if (receivers.length === 0) {
      const names = config.receivers.map((receiver) => receiver.name).join(', ');
      throw new UsageError(
        names === ''
          ? 'no receiver is configured. Name a file with --config, or an address with --webhook.'
          : `no receiver is named "${name}". There are: ${names}.`,
      );
    }
    const { sendSamples } = await import('./samples.ts');
    finish((await sendSamples({ ...config, receivers })) ? EXIT.ok : EXIT.incident);
  });
}
