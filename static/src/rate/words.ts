// What the rating page says: progress, the crowd, the fate of votes. Pure.
import type { Mode } from '../api/campaigns';
import type { Answer, Crowd, DoneCode, OwnVote, Progress, Result, SkipReason, Step } from '../api/rating';
import { plural } from '../ui/words';

export const REASONS: { reason: SkipReason; label: string }[] = [
  { reason: 'unsure', label: 'I cannot decide' },
  { reason: 'known', label: 'I know the picture or its maker' },
  { reason: 'upsetting', label: 'I would rather not look at it' },
  { reason: 'broken', label: 'It does not show properly' },
];

export const OUTCOMES = { left: 'the left one', right: 'the right one', tie: 'equal', both_bad: 'both bad' } as const;

const DONE: Record<DoneCode, string> = {
  all_seen: 'You have seen them all',
  settled: 'The crowd has made up its mind',
  cap_reached: 'Your share is done',
  closed: 'Voting has ended',
  not_open: 'Voting has not begun',
  nothing_of_others: 'There is nothing here but your own',
};

export const doneTitle = (code: DoneCode): string => DONE[code] ?? 'That is all';

/** The vote in a few words, for the ear. */
export function answerWords(answer: Answer, steps: readonly Step[], entries: readonly { entry: string }[] = []): string {
  switch (answer.kind) {
    case 'skip':
      return 'Skipped.';
    case 'pair':
      return `You said ${OUTCOMES[answer.outcome]}.`;
    case 'best':
      return `You chose picture ${entries.findIndex(({ entry }) => entry === answer.best) + 1}.`;
    default:
      return `You said ${steps.find(({ value }) => value === answer.value)?.label ?? answer.value}.`;
  }
}

const upToFives = (count: number): number => Math.max(0, Math.ceil(count / 5) * 5);

type Way = Pick<Progress, 'mine' | 'left' | 'cap' | 'must'>;

/** What is still asked, in fives: a count to one would stand still at a repeat and so give it away. */
function toGo({ mine, left, cap, must }: Way, waiting: number, mode: Mode): string {
  const lacking = must ? upToFives(must.needed - must.done - waiting) : 0;
  if (lacking) return `about ${lacking} more needed`;
  const allowed = cap === null ? Infinity : upToFives(cap - mine - waiting);
  if (mode !== 'pairs') {
    const ahead = Math.min(allowed, left, upToFives(left - waiting));
    return ahead ? `about ${ahead} to go` : '';
  }
  const unseen = Math.min(left, upToFives(left - 2 * waiting));
  return unseen && allowed ? `about ${unseen} pictures to see` : '';
}

/** How far somebody is. `waiting`: votes that the server has not heard of yet. */
export function progressWords(way: Way, waiting: number, mode: Mode = 'score'): string {
  const done = way.mine + waiting;
  const said = mode === 'pairs' ? `${plural(done, 'pair')} done` : `${done} done`;
  return [said, toGo(way, waiting, mode)].filter(Boolean).join(', ');
}

/** The same as a share, 0 to 1. A pair shows two of the pictures that are left. */
export function progressShare({ mine, skipped, left, cap, must }: Way & Pick<Progress, 'skipped'>, waiting: number, mode: Mode = 'score'): number {
  const done = mine + skipped + waiting;
  const pictures = mode === 'pairs' ? 2 : 1;
  const open = Math.max(0, left - pictures * waiting) / pictures;
  const asked = must && must.done + waiting < must.needed ? must.needed : Math.min(cap ?? Infinity, done + open);
  return asked ? Math.min(1, done / asked) : 0;
}

export function waitingWords(waiting: number): string {
  return `${plural(waiting, 'vote')} ${waiting === 1 ? 'waits' : 'wait'} for the connection`;
}

/** Empty until there are checks to speak of. */
export function checksWords(checks: Progress['checks']): string {
  return checks?.seen ? `You agreed with ${checks.met} of ${plural(checks.seen, 'check')}` : '';
}

export function campaignWords({ votes, raters, saved }: Progress['campaign']): string {
  const all = `${plural(votes, 'vote')}, ${plural(raters, 'rater')}`;
  return saved >= 1 ? `${all}, ${plural(Math.round(saved), 'vote')} saved` : all;
}

/** How others answered, for eye and ear. */
export function crowdWords({ votes, mean, first }: Crowd, withMean = true): string {
  if (votes === 0) return 'You are the first to answer.';
  const others = plural(votes, 'other');
  if (withMean && mean !== null) return `${others}: ${mean.toFixed(1)} on average.`;
  return first ? `${others} so far: their votes show from three on.` : `${others} answered.`;
}

export function modelWords(model: Crowd['model']): string {
  return model ? `The model expects ${model.mean.toFixed(1)}.` : '';
}

/** Of a change after the crowd was shown. */
export const SEEN = 'You have seen how others voted here. A changed vote is kept and counts no more; go on to leave yours as it is.';

/** What counts of a question that was answered twice, as far as it is known. */
export const standsWords = (answer: Answer | null, steps: readonly Step[], entries: readonly { entry: string }[] = []): string =>
  ['You had answered this elsewhere, and that stands.', answer && answerWords(answer, steps, entries)].filter(Boolean).join(' ');

/** A kept vote as an answer; null for what was taken back. */
export function answerOf({ kind, value, outcome, best, reason }: OwnVote): Answer | null {
  if ((kind === 'score' || kind === 'attribute') && value !== null) return { kind, value };
  if (kind === 'pair' && outcome) return { kind, outcome };
  if (kind === 'best' && best) return { kind, best };
  return kind === 'skip' && reason ? { kind, reason } : null;
}

const KIND: Record<string, (n: number) => string> = {
  late: (n) => `${plural(n, 'vote')} came after the end: kept, but not counted.`,
  picture_gone: (n) => `${plural(n, 'vote')} of pictures that are gone meanwhile: kept, but not counted.`,
  expired: (n) => `${plural(n, 'question')} had run out before your answer came.`,
  too_late_to_correct: (n) => `${plural(n, 'change')} came more than two minutes after the vote, which stands.`,
  own_picture: (n) => `${plural(n, 'vote')} of your own pictures ${n === 1 ? 'does' : 'do'} not count.`,
};

/** What to tell about votes that did not count; nothing about the others. One sentence a kind. */
export function fateWords(results: readonly Result[]): string[] {
  const untoward = results.filter(({ status }) => status !== 'counted');
  const codes = [...new Set(untoward.map(({ code }) => code))];
  return codes.map((code) => {
    const those = untoward.filter((result) => result.code === code);
    return KIND[code]?.(those.length) ?? (those[0]?.text || 'A vote was not taken.');
  });
}
