// How a verdict speaks: of a model that judges pictures, and of one that makes them. Pure.
import type { Word } from './glossary';

export interface Telling {
  /** What both models were tried on, one of them. */
  thing: string;
  /** The row of all of them. */
  all: string;
  part: string;
  /** How challenger and champion are compared. */
  compared: string;
  gain: string;
  gainWord: Word;
  order: { name: string; about: string; word: Word };
  mean: { name: string; about: string };
  one: string;
  rival: { name: string; word: Word };
  better: string;
  alone: string;
}

export const JUDGING: Telling = {
  thing: 'picture',
  all: 'All test pictures',
  part: 'slice',
  compared: 'on the same pictures',
  gain: 'order',
  gainWord: 'srcc',
  order: { name: 'Order', about: 'SRCC, higher is better', word: 'srcc' },
  mean: { name: 'Mean', about: 'absolute error in points' },
  one: 'A picture',
  rival: { name: 'A constant', word: 'constant' },
  better: 'the challenger is better.',
  alone: 'it is better than a constant.',
};

export const MAKING: Telling = {
  thing: 'sample',
  all: 'All samples',
  part: 'category',
  compared: 'asked the same of the same latents',
  gain: 'obedience',
  gainWord: 'obedience',
  order: { name: 'Obedience', about: 'SRCC of asked and judged, higher is better', word: 'obedience' },
  mean: { name: 'Off by', about: 'points between asked and judged' },
  one: 'A sample',
  rival: { name: 'A dial that does nothing', word: 'still' },
  better: 'the challenger does better what it is asked.',
  alone: 'it does what it is asked, beyond chance.',
};

export const tellingOf = (run: { recipe: string }): Telling => (run.recipe === 'generator' ? MAKING : JUDGING);
