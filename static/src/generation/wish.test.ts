// Every parameter survives the permalink and the history.
import { describe, expect, it } from 'vitest';
import type { GenerationCard, Generator } from '../api/generation';
import { levelled, rounded } from './histogram';
import { askedOf, asSeed, freshForm, fromQuery, isOf, recalled, toQuery, toWish, type Form } from './wish';

const generator = {
  categories: [
    { key: 'people', name: 'People', pictures: 40 },
    { key: 'land', name: 'Landscape', pictures: 300 },
  ],
  dial: { low: 3, high: 7, sd: 1.6 },
} as Generator;
const fresh: Form = { ...freshForm(generator), seed: 7, seedTo: 8 };

function made(form: Form): GenerationCard {
  const { histogram = [], dial = null, seed_to = null, keep_best = null, ...wish } = toWish(form);
  return { ...wish, id: 'x', histogram, dial, seed_to, keep_best, covers: [], film: null, error: null } as unknown as GenerationCard;
}

const FORMS: Record<string, Form> = {
  'a dial': { ...fresh, dial: 6.3, truncation: 0.7, counts: { ...fresh.counts, samples: 64 }, best: 4 },
  'a drawn histogram': { ...fresh, by: 'drawn', weights: levelled(rounded([0, 3, 1, 0.5, 0, 0, 0, 0.1, 2, 9])) },
  'a sweep': { ...fresh, kind: 'sweep', counts: { ...fresh.counts, sweep: 19 } },
  'a film between two seeds': { ...fresh, kind: 'between', seedTo: 4_294_967_295 },
};

describe('a wish', () => {
  it('opens with the category that was seen most, inside the range that was seen', () => {
    expect(fresh.category).toBe('land');
    expect(fresh.dial).toBe(6);
  });

  it.each(Object.entries(FORMS))('of %s is the same after its permalink', (_, form) => {
    const back = fromQuery(toQuery(toWish(form, 'generator-v1')), fresh, generator, 64) as Form;
    expect(toWish(back)).toEqual(toWish(form));
    expect(back.locked).toBe(true);
  });

  it.each(Object.entries(FORMS))('of %s is recalled whole from the history', (_, form) => {
    const back = recalled({ ...fresh, kind: 'samples', seed: 1, best: null }, made(form));
    expect(toWish(back)).toEqual(toWish(form));
    expect(isOf(made(form), form)).toBe(true);
    expect(isOf(made(form), { ...form, seed: form.seed + 1 })).toBe(false);
  });

  it('asks a sweep for no mean and for no shares', () => {
    const wish = toWish(FORMS['a sweep'] as Form);
    expect(askedOf(FORMS['a sweep'] as Form)).toBeNull();
    expect(wish).not.toHaveProperty('dial');
    expect(wish).not.toHaveProperty('histogram');
    expect(wish).not.toHaveProperty('keep_best');
  });

  it('keeps no more than it makes', () => {
    expect(toWish({ ...fresh, counts: { ...fresh.counts, samples: 2 }, best: 4 }).keep_best).toBe(2);
  });
});

describe('a permalink that was tampered with', () => {
  it('asks for nothing without a category that is known', () => {
    expect(fromQuery('', fresh, generator, 64)).toBeNull();
    expect(fromQuery('?category=cats', fresh, generator, 64)).toBeNull();
  });

  it('loses what lies outside its range', () => {
    const form = fromQuery('?category=land&dial=40&seed=-1&truncation=9&count=900&keep_best=x&histogram=1,2', fresh, generator, 64) as Form;
    expect(form).toMatchObject({ dial: 6, seed: 7, truncation: 1, best: null, by: 'dial' });
    expect(form.counts.samples).toBe(8);
  });

  it('takes whole seeds of 32 bits alone', () => {
    expect([asSeed(0), asSeed(2 ** 32 - 1), asSeed(2 ** 32), asSeed(1.5), asSeed(NaN)]).toEqual([0, 2 ** 32 - 1, null, null, null]);
  });
});
