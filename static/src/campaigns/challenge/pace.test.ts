// How a reveal night moves.
import { expect, it } from 'vitest';
import { fromTheLast, stayMs } from './pace';

it('begins with the last place and leaves out what has none', () => {
  expect(fromTheLast([{ place: 1 }, { place: null }, { place: 3 }, { place: 2 }]).map(({ place }) => place)).toEqual([3, 2, 1]);
});

it('slows down towards the first place', () => {
  const stays = [30, 10, 6, 4, 3, 1].map((place) => stayMs(place, 40));
  expect(stays).toEqual([...stays].sort((a, b) => a - b));
});

it('takes no more than a minute and a half for hundreds', () => {
  const whole = Array.from({ length: 250 }, (_, i) => stayMs(i + 1, 250)).reduce((sum, one) => sum + one, 0);
  expect(whole).toBeLessThan(90_000);
});
