// The order of questions, undo, and which pictures are fetched.
import { describe, expect, it } from 'vitest';
import type { Assignment } from '../api/rating';
import { added, back, cardOf, changed, EMPTY, forward, hungry, UNDO_MS, wanted, type Deck } from './deck';

const LATER = '2030-01-01T00:00:00Z';
const NOW = Date.parse('2029-01-01T00:00:00Z');
const question = (token: string, expires_at = LATER): Assignment => ({
  token, mode: 'score', question: 'How good?', answers: null, anchors: null, comment_at_most: 0, expires_at,
  entries: [{ entry: token, src: `/${token}.webp`, small: '', width: 3, height: 2, thumbhash: '' }],
}); // prettier-ignore
const deckOf = (...tokens: string[]): Deck => added(EMPTY, tokens.map((token) => question(token)), new Set());
const answer = (deck: Deck, token: string, at = NOW): Deck => changed(deck, token, { answer: { kind: 'score', value: 7 }, answeredAt: at });
const order = (deck: Deck): string => deck.cards.map(({ assignment }) => assignment.token).join('');
const here = (deck: Deck): string | undefined => cardOf(deck)?.assignment.token;
const all = (): boolean => true;

it('takes a question once, however often the server hands it out, and none that waits to be sent', () => {
  const deck = added(deckOf('a', 'b'), [question('b'), question('c'), question('d')], new Set(['d']));
  expect(order(deck)).toBe('abc');
});

it('asks for more while five are left, not while six are', () => {
  expect(hungry(deckOf('a', 'b', 'c', 'd', 'e', 'f'))).toBe(false);
  expect(hungry(answer(deckOf('a', 'b', 'c', 'd', 'e', 'f'), 'a'))).toBe(true);
});

describe('going on', () => {
  it('takes the next open one, and ends where there is none', () => {
    const deck = forward(answer(deckOf('a', 'b'), 'a'), NOW, all);
    expect(here(deck)).toBe('b');
    expect(here(forward(answer(deck, 'b'), NOW, all))).toBeUndefined();
  });

  it('prefers a picture that is there to one that is still on its way', () => {
    const deck = forward(answer(deckOf('a', 'b', 'c'), 'a'), NOW, (card) => card.assignment.token === 'c');
    expect(order(deck)).toBe('acb');
    expect(here(deck)).toBe('c');
  });

  it('leaves out what ran out', () => {
    const deck = added(EMPTY, [question('a'), question('b', '2028-01-01T00:00:00Z'), question('c')], new Set());
    expect(here(forward(answer(deck, 'a'), NOW, all))).toBe('c');
  });
});

describe('going back', () => {
  it('returns to the last answer, then to the one before, and from there on to where one was', () => {
    let deck = forward(answer(deckOf('a', 'b', 'c'), 'a'), NOW, all);
    deck = forward(answer(deck, 'b'), NOW, all);
    const once = back(deck, NOW) as Deck;
    expect(here(once)).toBe('b');
    const twice = back(once, NOW) as Deck;
    expect(here(twice)).toBe('a');
    expect(here(forward(twice, NOW, all))).toBe('c');
  });

  it('ends after two minutes, and before the first answer', () => {
    expect(back(deckOf('a'), NOW)).toBeNull();
    const deck = forward(answer(deckOf('a', 'b'), 'a'), NOW, all);
    expect(back(deck, NOW + UNDO_MS + 1)).toBeNull();
  });
});

it('wants the pictures ahead first, and keeps three behind for undo', () => {
  let deck = deckOf('a', 'b', 'c', 'd', 'e', 'f');
  for (const token of ['a', 'b', 'c', 'd']) deck = forward(answer(deck, token), NOW, all);
  expect(wanted(deck).join('')).toBe('/e.webp/f.webp/d.webp/c.webp/b.webp');
});
