/**
 * Every metric of `/metrics`: name, type, help and labels. The one place: the views, the dashboards, the rules'
 * tests and the documentation read it.
 */
export interface MetricSpec {
  readonly name: string;
  readonly type: 'gauge' | 'counter' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
}

function gauge(name: string, help: string, labels: readonly string[]): MetricSpec {
  return { name, type: 'gauge', help, labels };
}

function counter(name: string, help: string, labels: readonly string[]): MetricSpec {
  return { name, type: 'counter', help, labels };
}

const RUN = ['run'] as const;

/** Metrics of the watched runs. */
export const TRAINING = {
  loss: gauge('trainer_loss', 'Last training loss, NaN and infinities as logged.', RUN),
  evalLoss: gauge('trainer_eval_loss', 'Last evaluation loss.', RUN),
  gradNorm: gauge('trainer_grad_norm', 'Last gradient norm before clipping.', RUN),
  learningRate: gauge('trainer_learning_rate', 'Last learning rate.', RUN),
  epoch: gauge('trainer_epoch', 'Epoch of the last record.', RUN),
  step: gauge('trainer_step', 'Last logged step.', RUN),
  maxSteps: gauge('trainer_max_steps', 'Steps that the run will do in all.', RUN),
  progress: gauge('trainer_progress_ratio', 'Steps done of all, from 0 to 1.', RUN),
  elapsed: gauge('trainer_elapsed_seconds', 'Time that the trainer says has passed in the present attempt.', RUN),
  remaining: gauge('trainer_remaining_seconds', 'Time left, estimated from the recent pace of the run.', RUN),
  tokensSeen: gauge('trainer_tokens_seen', 'Input tokens so far.', RUN),
  tokensPerSecond: gauge('trainer_tokens_per_second', 'Throughput in tokens.', RUN),
  secondsPerStep: gauge('trainer_seconds_per_step', 'Recent time of one optimizer step.', RUN),
  vramAllocated: gauge(
    'trainer_vram_allocated_bytes',
    'GPU memory allocated at its peak, as the trainer logs it.',
    RUN,
  ),
  vramReserved: gauge('trainer_vram_reserved_bytes', 'GPU memory reserved at its peak, as the trainer logs it.', RUN),
  reward: gauge('trainer_reward', 'Last reward, in reinforcement learning and preference stages.', RUN),
  accuracy: gauge('trainer_accuracy', 'Last accuracy, in preference stages.', RUN),
  other: gauge('trainer_metric', 'Any other number in the log, by its name there.', ['run', 'name']),
  finite: gauge('trainer_value_finite', '1 when the last value of the field is finite, 0 when it is NaN or infinite.', [
    'run',
    'field',
  ]),
  lastRecord: gauge('trainer_last_record_timestamp_seconds', 'Unix time at which the last record arrived.', RUN),
  state: gauge('trainer_run_state', '1 for the state that the run is in, 0 for the others.', ['run', 'state']),
  lastGoodStep: gauge(
    'trainer_last_good_step',
    'Last good step before the open incident; absent when none is open.',
    RUN,
  ),
  firing: gauge('trainer_alert_firing', '1 while the alert is firing.', ['run', 'alertname', 'severity']),
  info: gauge('trainer_run_info', 'How the run is configured, unknown where nothing says so: always 1.', [
    'run',
    'model',
    'stage',
    'finetuning_type',
    'precision',
    'quantization',
    'unsloth',
    'trainer',
    'source',
  ]),
  records: counter('trainer_log_records_total', 'Records read from the logs of the run.', RUN),
  nonfinite: counter('trainer_nonfinite_total', 'Values that were NaN (nan) or infinite (inf).', [
    'run',
    'field',
    'kind',
  ]),
  zeroLoss: counter('trainer_zero_loss_total', 'Training records whose loss was exactly 0.', RUN),
  skippedSteps: counter(
    'trainer_skipped_steps_total',
    'Optimizer steps that did not happen, as the console says or the learning rate shows.',
    RUN,
  ),
  incidents: counter('trainer_incidents_total', 'Incidents opened.', ['run', 'alertname']),
  restarts: counter(
    'trainer_restarts_total',
    'Attempts after the first one: the run was resumed or started again.',
    RUN,
  ),
} as const satisfies Record<string, MetricSpec>;

/** Metrics of the agent itself. */
export const AGENT = {
  buildInfo: gauge('nanwatch_build_info', 'Version of the agent and of Node: always 1.', ['version', 'node_version']),
  lines: counter('nanwatch_lines_total', 'Complete lines read.', []),
  bytesRead: counter('nanwatch_bytes_read_total', 'Bytes read from logs.', []),
  badLines: counter('nanwatch_bad_lines_total', 'Lines that could not be taken as a record, by reason.', ['reason']),
  eventsDropped: counter('nanwatch_events_dropped_total', 'Events of a log beyond those that are kept of it.', []),
  filesFollowed: gauge('nanwatch_files_followed', 'Log files being followed.', []),
  filesPolled: gauge(
    'nanwatch_files_polled',
    'Log files followed by polling because no file events come for them.',
    [],
  ),
  fileErrors: counter('nanwatch_file_errors_total', 'Failed attempts to look at a log file or folder, by reason.', [
    'reason',
  ]),
  rotations: counter('nanwatch_rotations_total', 'Logs that were replaced by another file.', []),
  truncations: counter('nanwatch_truncations_total', 'Logs that were cut or rewritten in place.', []),
  notifications: counter('nanwatch_notifications_total', 'Notifications by receiver and outcome.', [
    'receiver',
    'outcome',
  ]),
  notificationsPending: gauge('nanwatch_notifications_pending', 'Notifications that wait to be delivered.', [
    'receiver',
  ]),
  notificationLatency: {
    name: 'nanwatch_notification_latency_seconds',
    type: 'histogram',
    help: 'Time from a transition to its delivery.',
    labels: ['receiver'],
  },
  statePersistent: gauge(
    'nanwatch_state_persistent',
    '1 when delivered notifications are remembered on disk, 0 when only in memory.',
    [],
  ),
  websocketClients: gauge('nanwatch_websocket_clients', 'Connected WebSocket clients.', []),
  websocketDropped: counter(
    'nanwatch_websocket_dropped_total',
    'WebSocket clients dropped because they were too slow.',
    [],
  ),
} as const satisfies Record<string, MetricSpec>;

/** Metrics of the process, as prom-client makes them: those that dashboards and rules use. */
export const PROCESS = {
  startTime: gauge('process_start_time_seconds', 'Unix time at which the agent started.', []),
  cpu: counter('process_cpu_seconds_total', 'CPU time spent.', []),
  residentMemory: gauge('process_resident_memory_bytes', 'Memory of the process.', []),
  heapUsed: gauge('nodejs_heap_size_used_bytes', 'Heap of JavaScript that is in use.', []),
  openFiles: gauge('process_open_fds', 'Open file descriptors.', []),
  maxFiles: gauge('process_max_fds', 'Most file descriptors that may be open.', []),
  lag: gauge('nodejs_eventloop_lag_p99_seconds', 'How late the event loop was, 99 of 100 times at most.', []),
} as const satisfies Record<string, MetricSpec>;
