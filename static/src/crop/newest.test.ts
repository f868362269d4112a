// Many questions while one is being answered.
import { expect, it } from 'vitest';
import { newestOnly } from './newest';

it('asks one at a time and skips what is no longer wanted', async () => {
  const asked: number[] = [];
  const answers: (() => void)[] = [];
  const ask = newestOnly<number>((question) => {
    asked.push(question);
    return new Promise((answer) => answers.push(answer));
  });
  [1, 2, 3, 4].forEach(ask);
  expect(asked).toEqual([1]);
  answers[0]?.();
  await Promise.resolve();
  await Promise.resolve();
  expect(asked).toEqual([1, 4]);
  answers[1]?.();
  await Promise.resolve();
  await Promise.resolve();
  ask(5);
  expect(asked).toEqual([1, 4, 5]);
});
