// What failed in a batch.
import { expect, it } from 'vitest';
import type { BatchError } from '../api/batches';
import { grouped } from './problems';

const thin = (title: string, width: number): BatchError => ({
  artwork: title,
  title,
  code: 'aspect_too_thin',
  text: `1:8192, 1 x 8192: A crop of 1:8192 would be less than a pixel thin in a picture of ${width} x 600. Ask for another shape.`,
});

it('is one line for many pictures with one problem', () => {
  const broken: BatchError = { artwork: null, title: 'Torn', code: 'truncated', text: 'The file ends too early.' };
  const groups = grouped([thin('A', 900), broken, thin('B', 800)]);
  expect(groups.map(({ words }) => words)).toEqual(['1 × 8192: 2 pictures cannot hold this shape.', '1 picture. The file ends too early.']);
  expect(groups[0]?.errors.map(({ title }) => title)).toEqual(['A', 'B']);
});

it('keeps sizes apart', () => {
  const other = { ...thin('A', 900), text: '8192:1, 4096 x 1: A crop of 8192:1 would be less than a pixel thin.' };
  expect(grouped([thin('A', 900), other])).toHaveLength(2);
});
