// Undo and redo.
import { expect, it } from 'vitest';
import { begun, changed, redone, undone } from './history';

const three = changed(changed(begun('a'), 'b'), 'c');

it('goes back step by step, and forth again', () => {
  expect(undone(three).present).toBe('b');
  expect(undone(undone(three)).present).toBe('a');
  expect(redone(redone(undone(undone(three))))).toEqual(three);
});

it('stays where it is at either end', () => {
  expect(undone(begun('a')).present).toBe('a');
  expect(redone(three)).toBe(three);
});

it('forgets what was taken back once something else is done', () => {
  const other = changed(undone(three), 'd');
  expect(redone(other).present).toBe('d');
  expect(undone(other).present).toBe('b');
});

it('keeps a bounded past', () => {
  let long = begun(0);
  for (let i = 1; i <= 1000; i += 1) long = changed(long, i);
  expect(long.past).toHaveLength(200);
});
