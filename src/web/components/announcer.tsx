import type { VNode } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { IncidentView } from '../../view/wire.ts';
import type { Trouble } from '../order.ts';
import { useReader } from '../reader.ts';

interface AnnouncerProps {
  readonly open: readonly Trouble[];
  readonly incidents: ReadonlyMap<string, IncidentView>;
}

/** Tells a screen reader what opened and what was resolved; the ticking list itself would never be silent. */
export function Announcer({ open, incidents }: AnnouncerProps): VNode {
  const { words } = useReader();
  const heard = useRef<ReadonlySet<string> | null>(null);
  const [sentence, setSentence] = useState('');
  useEffect(() => {
    const before = heard.current;
    heard.current = new Set(open.map(({ leader }) => leader.id));
    if (before === null) {
      setSentence(open.length > 0 ? words.announceOpen(open.length) : words.allQuiet);
      return;
    }
    const opened = open
      .filter(({ leader }) => !before.has(leader.id))
      .map(({ leader }) => words.announceOpened(words.severities[leader.severity], leader.summary));
    const resolved = [...before].flatMap((id) => {
      const incident = incidents.get(id);
      return incident?.status === 'resolved' ? [words.announceResolved(incident.summary)] : [];
    });
    const sentences = [...opened, ...resolved];
    if (sentences.length > 3) setSentence(words.announceOpen(open.length));
    else if (sentences.length > 0) setSentence(sentences.join(' '));
  }, [open, incidents, words]);
  return (
    <div class="unseen" aria-live="polite" aria-atomic="true">
      {sentence}
    </div>
  );
}
