// What the rating page says: progress, the crowd, the fate of votes. Pure.
import type { Answer, Crowd, DoneCode, Progress, Result, SkipReason, Step } from '../api/rating';
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

/** How far somebody is. `waiting`: votes that the server has not heard of yet. */
export function progressWords({ mine, left, cap, must }: Progress, waiting: number): string {
  if (must && must.done + waiting < must.needed) return `${must.done + waiting} of ${must.needed} needed`;
  const done = mine + waiting;
  if (cap !== null) return `${done} of ${cap}`;
  return left > waiting ? `${done} done, ${left - waiting} to go` : `${done} done`;
}

/** The same as a share, 0 to 1. */
export function progressShare({ mine, skipped, left, cap, must }: Progress, waiting: number): number {
  if (must && must.done + waiting < must.needed) return (must.done + waiting) / must.needed;
  const whole = cap ?? mine + skipped + left;
  return whole ? Math.min(1, (mine + skipped + waiting) / whole) : 0;
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

const KIND: Record<string, (n: number) => string> = {
  late: (n) => `${plural(n, 'vote')} came after the end: kept, but not counted.`,
  picture_gone: (n) => `${plural(n, 'vote')} of pictures that are gone meanwhile: kept, but not counted.`,
  expired: (n) => `${plural(n, 'question')} had run out before your answer came.`,
  already_voted: (n) => `${plural(n, 'question')} had been answered elsewhere; that answer stands.`,
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
