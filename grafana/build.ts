/**
 * Writes the dashboards as JSON. `--check` writes nothing and fails, naming the file, when what is committed differs.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { agentDashboard } from './agent-dashboard.ts';
import { fleetDashboard } from './fleet-dashboard.ts';
import { runDashboard } from './run-dashboard.ts';

const DASHBOARDS = { 'run.json': runDashboard, 'fleet.json': fleetDashboard, 'agent.json': agentDashboard } as const;

function committed(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

const check = process.argv.includes('--check');
for (const [file, build] of Object.entries(DASHBOARDS)) {
  const path = fileURLToPath(new URL(`dashboards/${file}`, import.meta.url));
  const json = `${JSON.stringify(build(), null, 2)}\n`;
  if (!check) {
    writeFileSync(path, json);
  } else if (committed(path) !== json) {
    console.error(`${relative(process.cwd(), path)} is not what grafana/ builds: run node grafana/build.ts`);
    process.exitCode = 1;
  }
}
