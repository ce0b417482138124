import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { AGENT } from '../src/metrics/names.ts';
import * as agent from './agent-panels.ts';
import { alerts, dashboard, many } from './dashboard.ts';

/** From left to right and top to bottom; the widths of a line add up to 24. */
const LAYOUT = [
  agent.up,
  agent.files,
  agent.polled,
  agent.pending,
  agent.forgetful,
  agent.lines,
  agent.bytes,
  agent.badLines,
  agent.notifications,
  agent.latency,
  agent.fileTrouble,
  agent.lag,
  agent.memory,
  agent.cpu,
  agent.descriptors,
  agent.pages,
  agent.versions,
] as const;

/** "nanwatch / Agent": whether the watchers themselves are well. */
export function agentDashboard(): Dashboard {
  const lines = AGENT.lines.name;
  const built = dashboard('Agent', 'nanwatch-agent', 'The agents themselves: what they read, tell and cost.')
    .withVariable(many('job', 'Job', `label_values(${lines}, job)`))
    .withVariable(many('instance', 'Agent', `label_values(${lines}{job=~"$job"}, instance)`))
    // alerts on the agent are made by Prometheus alone
    .annotation(
      alerts(
        'max by (instance, alertname, severity) (ALERTS{alertname=~"Nanwatch.+", alertstate="firing", job=~"$job", instance=~"$instance|"})',
        '{{instance}}',
      ),
    );
  LAYOUT.forEach((panel, index) => {
    built.withPanel(panel.id(index + 1));
  });
  return built.build();
}
