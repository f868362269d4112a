// Puts numbered events in order: drops doubles, says when some are missing. Pure.
import type { LiveEvent } from '../api/types';

export interface SequenceState {
  /** Every event up to and including this one has been delivered. */
  last: number;
  /** Events that arrived before the ones in front of them. */
  early: LiveEvent[];
}

export interface Merge {
  state: SequenceState;
  deliver: LiveEvent[];
  /** True while an event between `last` and the earliest early one is missing. */
  gap: boolean;
}

export function startAt(last: number): SequenceState {
  return { last, early: [] };
}

/** Merges arriving events into the sequence; order and doubles do not matter. */
export function merge(state: SequenceState, arrived: LiveEvent[]): Merge {
  const bySeq = new Map<number, LiveEvent>();
  for (const event of [...state.early, ...arrived]) {
    if (event.seq > state.last) bySeq.set(event.seq, event);
  }
  const deliver: LiveEvent[] = [];
  let last = state.last;
  for (let next = bySeq.get(last + 1); next; next = bySeq.get(last + 1)) {
    deliver.push(next);
    bySeq.delete(next.seq);
    last = next.seq;
  }
  const early = [...bySeq.values()].sort((a, b) => a.seq - b.seq);
  return { state: { last, early }, deliver, gap: early.length > 0 };
}

/** After a catch-up request: the server's list is complete up to `last`, holes included. */
export function settle(state: SequenceState, events: LiveEvent[], last: number): Merge {
  const known = events.filter((event) => event.seq > state.last && event.seq <= last);
  const deliver = [...new Map(known.map((event) => [event.seq, event])).values()];
  deliver.sort((a, b) => a.seq - b.seq);
  const reached = Math.max(state.last, last);
  const rest = merge({ last: reached, early: [] }, state.early);
  return { ...rest, deliver: [...deliver, ...rest.deliver] };
}
