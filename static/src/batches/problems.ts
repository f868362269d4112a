// What failed in a batch, gathered by size and reason: many pictures with one problem are one line. Pure.
import type { BatchError } from '../api/batches';
import { crossed, plural } from '../ui/words';

export interface ProblemGroup {
  /** "1 × 8192: 23 pictures cannot hold this shape." */
  readonly words: string;
  readonly errors: readonly BatchError[];
}

/** What the server writes before the reason where it is about one size: "1:8192, 1 x 8192: ". */
const SIZE = /^(?:[\d:]+, (\d+ x \d+)|(free, longest side \d+)): /;
const SHAPE = 'aspect_too_thin';

export const reasonFor = ({ code, text }: Pick<BatchError, 'code' | 'text'>): string => crossed(text || code.replaceAll('_', ' '));

const sizeFor = (text: string): string => SIZE.exec(text)?.slice(1).find(Boolean) ?? '';

function wordsFor(errors: readonly BatchError[]): string {
  const [first] = errors as [BatchError];
  const size = sizeFor(first.text);
  const many = plural(errors.length, 'picture');
  const words = first.code === SHAPE ? `${many} cannot hold this shape.` : `${many}. ${reasonFor({ ...first, text: first.text.replace(SIZE, '') })}`;
  return crossed(size ? `${size}: ${words}` : words);
}

/** Groups in the order of their first error. A shape's own words name each picture's pixels, and count as one reason. */
export function grouped(errors: readonly BatchError[]): ProblemGroup[] {
  const groups = new Map<string, BatchError[]>();
  for (const error of errors) {
    const key = [error.code, error.code === SHAPE ? sizeFor(error.text) : error.text].join();
    groups.set(key, [...(groups.get(key) ?? []), error]);
  }
  return [...groups.values()].map((all) => ({ words: wordsFor(all), errors: all }));
}
