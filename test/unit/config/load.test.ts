import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { addOptions, COMMON, configOf, FOLLOW, SERVE } from '../../../src/cli/options.ts';
import { ConfigError, loadConfig, type Override } from '../../../src/config/load.ts';
import type { Config } from '../../../src/config/schema.ts';
import { DEFAULTS } from '../../../src/config/settings.ts';
import { DETECTORS } from '../../../src/detectors/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'config-'));
const file = join(folder, 'nanwatch.yaml');
afterAll(() => rmSync(folder, { recursive: true }));

function load(yaml: string, overrides: Record<string, Override> = {}): Config {
  writeFileSync(file, yaml);
  return loadConfig(file, overrides);
}

/** The one message that a bad configuration gets. */
function messageOf(yaml: string, overrides: Record<string, Override> = {}): string {
  try {
    load(yaml, overrides);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as Error).message;
  }
  throw new Error('was taken');
}

describe('what counts', () => {
  it('is the same where no schema was asked', () => {
    expect(DEFAULTS).toEqual(loadConfig(null, {}));
  });

  it('is the default where nothing is said', () => {
    for (const config of [loadConfig(null, {}), load(''), load('# nothing\n'), load('{}')]) {
      expect(config).toMatchObject({
        paths: [],
        listen: { host: '127.0.0.1', port: 9909 },
        poll: false,
        ignore_older: 604_800_000,
        lang: 'en',
        log_level: 'info',
        labels: {},
        receivers: [],
      });
      expect(config.state_dir).toBeUndefined();
    }
  });

  it('is the file over the default', () => {
    const config = load('paths: [saves]\nlisten: "[::1]:0"\nignore_older: 90m\nlang: zh-CN\nlabels: {team: nlp}\n');
    expect(config).toMatchObject({
      paths: ['saves'],
      listen: { host: '::1', port: 0 },
      ignore_older: 5_400_000,
      lang: 'zh-CN',
      labels: { team: 'nlp' },
    });
  });

  it('is what is handed in over the file', () => {
    const config = load('listen: 127.0.0.1:1\nlang: zh-CN\n', { listen: { value: '0.0.0.0:2', place: '--listen' } });
    expect(config).toMatchObject({ listen: { host: '0.0.0.0', port: 2 }, lang: 'zh-CN' });
  });

  it('is flag over environment over file', async () => {
    writeFileSync(file, 'listen: 127.0.0.1:1\nlang: zh-CN\nlog_level: warn\nignore_older: 1h\n');
    vi.stubEnv('NANWATCH_CONFIG', file);
    vi.stubEnv('NANWATCH_LISTEN', '127.0.0.1:2');
    vi.stubEnv('NANWATCH_LOG_LEVEL', 'error');
    onTestFinished(() => void vi.unstubAllEnvs());
    const command = addOptions(new Command('run').argument('[path...]'), [...COMMON, ...SERVE, ...FOLLOW]);
    command.exitOverride().parse(['--listen', '127.0.0.1:3', 'saves'], { from: 'user' });
    expect(await configOf(command, ['saves'])).toMatchObject({
      paths: ['saves'],
      listen: { port: 3 },
      log_level: 'error',
      lang: 'zh-CN',
      ignore_older: 3_600_000,
      poll: false,
    });
  });

  it('is for detectors what each kind says of its own options', () => {
    const { detectors } = load(
      'detectors:\n  stall: {enabled: false}\n  loss-zero: {severity: info, critical_records: 5}\n',
    );
    expect(detectors).toEqual({
      stall: { enabled: false, severity: undefined, options: {} },
      'loss-zero': { enabled: true, severity: 'info', options: { honest_below: 0.01, critical_records: 5 } },
    });
    const every = load(
      `detectors:\n${Object.keys(DETECTORS)
        .map((name) => `  ${name}: {enabled: true}\n`)
        .join('')}`,
    );
    expect(Object.keys(every.detectors)).toEqual(Object.keys(DETECTORS));
  });
});

describe('a bad value gets one clear message', () => {
  it.each<[string, string, RegExp]>([
    ['a sequence that is never closed', 'lang: en\nlisten: [\n', /nanwatch\.yaml:3:1: not valid YAML: \S/],
    ['a string that is never closed', 'lang: "en\n', /nanwatch\.yaml:\d:\d+: not valid YAML: .*quote/],
    ['two mappings in a line', 'a: b: c\n', /nanwatch\.yaml:1:4: not valid YAML: \S/],
    ['the same key twice', 'lang: en\nlang: zh-CN\n', /nanwatch\.yaml:2:1: not valid YAML: .*unique/],
    ['a list', '- a\n- b\n', /nanwatch\.yaml: must hold settings such as/],
    ['a word', 'hello', /nanwatch\.yaml: must hold settings such as/],
    ['an unknown key', 'listn: 127.0.0.1:1\n', /nanwatch\.yaml: unknown setting "listn"\. Known are .*\blisten\b/],
    [
      'an unknown key of a detector',
      'detectors: {stall: {enabld: true}}\n',
      /detectors\.stall: unknown setting "enabld"/,
    ],
    ['an unknown detector', 'detectors: {nope: {}}\n', /detectors: unknown setting "nope"/],
    ['a key that JavaScript minds', '__proto__: {lang: en}\n', /unknown setting "__proto__"/],
    ['an address without a port', 'listen: localhost\n', /listen: "localhost": must be HOST:PORT, for example/],
    ['an address with too large a port', 'listen: 1.2.3.4:65536\n', /listen: "1\.2\.3\.4:65536": must be HOST:PORT/],
    ['an address that is a number', 'listen: 9909\n', /listen: 9909: .*string/],
    ['a duration in words', 'ignore_older: 7 days\n', /ignore_older: "7 days": must be a duration such as/],
    ['another language', 'lang: fr\n', /lang: "fr": .*en.*zh-CN/],
    ['a word for yes', 'poll: "yes"\n', /poll: "yes": .*boolean/],
    ['one path that is no list', 'paths: saves\n', /paths: "saves": .*array/],
    [
      'a link that is no web address',
      'external_url: javascript:alert(1)\n',
      /external_url: "javascript:alert\(1\)": .*URL/,
    ],
    [
      'a severity that is none',
      'detectors: {stall: {severity: fatal}}\n',
      /detectors\.stall\.severity: "fatal": .*critical/,
    ],
    [
      'a threshold that is out of range',
      'detectors: {loss-zero: {honest_below: -1}}\n',
      /detectors\.loss-zero\.honest_below: -1: .*>=0/,
    ],
    ['a label that Prometheus refuses', 'labels: {a-b: c}\n', /labels\.a-b: /],
    ['a kind of receiver that is none', 'receivers: [{type: pigeon}]\n', /receivers\.0\.type: .*webhook/],
    [
      'two receivers of one name',
      `receivers:\n${'  - {type: webhook, url: "http://a/"}\n'.repeat(2)}`,
      /Two receivers are named "webhook".*"name"/,
    ],
  ])('%s', (_, yaml, message) => {
    expect(messageOf(yaml)).toMatch(message);
    expect(messageOf(yaml)).not.toContain('\n');
  });

  it('that names the flag or the variable that it came from', () => {
    expect(messageOf('', { listen: { value: 'x', place: '--listen' } })).toMatch(/^--listen: "x": must be HOST:PORT/);
    expect(messageOf('', { lang: { value: 'fr', place: 'NANWATCH_LANG' } })).toMatch(/^NANWATCH_LANG: "fr": /);
  });

  it('that does not repeat an address, which may hold a token', () => {
    for (const url of ['ftp://x/SECRET', 'SECRET', 'http//x/SECRET', '//SECRET']) {
      const message = messageOf(`receivers:\n  - type: webhook\n    url: ${url}\n`);
      expect(message).toMatch(/receivers\.0\.url: must be .*http:\/\/ or https:\/\//);
      expect(message).not.toContain('SECRET');
    }
    const nameless = messageOf('receivers:\n  - type: webhook\n    urll: http://x/SECRET\n');
    expect(nameless).toMatch(/url/);
    expect(nameless).not.toContain('SECRET');
    expect(messageOf('receivers: [http://x/SECRET]\n')).not.toContain('SECRET');
    expect(messageOf('', { receivers: { value: [{ type: 'webhook', url: 'SECRET' }], place: '--webhook' } })).toMatch(
      /^--webhook: must be/,
    );
  });

  it('and does not make the agent unfold a bomb of aliases', () => {
    const levels = ['a: &a [x, x, x, x, x, x, x, x, x]'];
    for (const [name, before] of ['ba', 'cb', 'dc', 'ed', 'fe', 'gf', 'hg'].map((pair) => [pair[0], pair[1]])) {
      levels.push(`${name}: &${name} [${Array(9).fill(`*${before}`).join(', ')}]`);
    }
    const begun = performance.now();
    expect(messageOf(levels.join('\n'))).toMatch(/nanwatch\.yaml: .*alias/i);
    expect(performance.now() - begun).toBeLessThan(2_000);
  });

  it('when the file is not there, is a folder, or is something else altogether', () => {
    const missing = join(folder, 'missing.yaml');
    expect(() => loadConfig(missing, {})).toThrow(
      new ConfigError(`The configuration ${missing} cannot be read (ENOENT). Check --config.`),
    );
    expect(() => loadConfig(folder, {})).toThrow(/cannot be read \(EISDIR\)/);
    expect(messageOf(`# ${'x'.repeat(1024 * 1024)}\n`)).toMatch(/larger than 1 MiB/);
  });
});
