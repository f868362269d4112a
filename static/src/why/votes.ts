// People's answers to the question of an attribute: the steps to choose from, and what was said. Pure.
import type { AttributeReading } from '../api/explanations';
import { plural } from '../ui/words';
import { valueText } from './words';

type Range = Pick<AttributeReading, 'low' | 'high'>;
type Question = Pick<AttributeReading, 'low' | 'high' | 'low_word' | 'high_word' | 'choices'>;

const FEW = 4;
const MANY = 10;

/** Steps along the range, both ends among them: whole numbers where there are four to eleven. */
export function notches({ low, high }: Range): number[] {
  const span = high - low;
  const whole = Number.isInteger(low) && Number.isInteger(high) && span >= FEW - 1 && span <= MANY;
  const steps = whole ? span : span > MANY ? MANY : FEW;
  return Array.from({ length: steps + 1 }, (_, i) => (i === steps ? high : low + (span * i) / steps));
}

/** Position of the notch nearest to an answer, which may have come from elsewhere; -1 without one. */
export function notchOf(range: Range, mine: number | null): number {
  if (mine === null) return -1;
  const found = notches(range);
  const away = found.map((value) => Math.abs(value - mine));
  return away.indexOf(Math.min(...away));
}

/** An answer in words: of choices their name, else the number, at an end with its word. */
export function answerText(question: Question, value: number): string {
  const { low, high, low_word, high_word, choices } = question;
  if (choices.length) return choices[Math.round(value)] ?? '';
  const number = valueText({ value, low, high });
  if (value <= low) return `${number}, ${low_word}`;
  if (value >= high) return `${number}, ${high_word}`;
  return number;
}

export function votesText(reading: Question & Pick<AttributeReading, 'votes' | 'mine'>): string {
  const said = reading.votes ? plural(reading.votes, 'vote') : 'No votes yet';
  return reading.mine === null ? said : `${said}, yours: ${answerText(reading, reading.mine)}`;
}

/** Formulas are not asked about: no answer changes what was measured. */
export const askable = ({ family, asks }: Pick<AttributeReading, 'family' | 'asks'>): boolean => family !== 'measure' && asks !== '';

/** The attributes as they will be once the answer has arrived; null takes it back. */
export function answered(attributes: readonly AttributeReading[], key: string, value: number | null): AttributeReading[] {
  return attributes.map((one) => {
    if (one.key !== key) return one;
    const votes = one.votes + Number(value !== null) - Number(one.mine !== null);
    return { ...one, mine: value, votes };
  });
}
