// What versions of a kind do, in the words of their pages: most judge, a generator makes pictures.

export interface Doing {
  /** "judges" and "judge" in whole words, of the one that is in use. */
  does: string;
  now: string;
  ask: string;
  none: string;
  nobody: string;
  first: string;
  promote: string;
  rollback: string;
}

const JUDGING: Doing = {
  does: 'judges',
  now: 'Judges now',
  ask: 'Let it judge?',
  none: 'No model judges here yet.',
  nobody: 'Nobody challenges it. Train one from what your crowds have voted.',
  first: 'None yet: the first version still judges.',
  promote: 'Every worker judges with it within five seconds. The library is scored again in the background, after whatever people wait for; the old scores are kept, and rolling back brings them back at once.',
  rollback: 'The version before it judges again within five seconds, and its scores are back at once. This version stays, and can be promoted again.',
};

const MAKING: Doing = {
  does: 'makes pictures',
  now: 'Makes pictures now',
  ask: 'Let it make pictures?',
  none: 'No model makes pictures here yet.',
  nobody: 'Nobody challenges it. Train one: choose a picture generator on the page of a snapshot.',
  first: 'None yet: the first version still makes pictures.',
  promote: 'The studio makes its next pictures with it, within five seconds. What was made before stays, and names the version that made it; what is being made is finished by the version it began with.',
  rollback: 'The version before it makes pictures again within five seconds. This version stays, and can be promoted again.',
};

export const doingOf = (kind: string): Doing => (kind === 'generator' ? MAKING : JUDGING);
