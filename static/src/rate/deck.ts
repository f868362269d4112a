// The questions in the order they are shown: answered ones behind, those to come ahead. Pure.
import type { Answer, Assignment, Crowd } from '../api/rating';

export interface Card {
  assignment: Assignment;
  answer: Answer | null;
  /** When it was answered first, in milliseconds; null before. */
  answeredAt: number | null;
  crowd: Crowd | null;
}

export interface Deck {
  cards: readonly Card[];
  /** Position of the one on screen; `cards.length` when there is none. */
  here: number;
}

export const AHEAD = 10;
const ENOUGH = 6;
const BEHIND = 3;
/** For how long the server lets somebody change their mind. */
export const UNDO_MS = 120_000;

export const EMPTY: Deck = { cards: [], here: 0 };

export const cardOf = (deck: Deck): Card | null => deck.cards[deck.here] ?? null;

/** The deck with questions that it does not hold yet and that nobody answered. */
export function added(deck: Deck, assignments: readonly Assignment[], answered: ReadonlySet<string>): Deck {
  const known = new Set([...answered, ...deck.cards.map((card) => card.assignment.token)]);
  const fresh = assignments.filter(({ token }) => !known.has(token));
  return { ...deck, cards: [...deck.cards, ...fresh.map((assignment) => ({ assignment, answer: null, answeredAt: null, crowd: null }))] };
}

/** Whether it is time to ask for more. */
export const hungry = (deck: Deck): boolean => deck.cards.slice(deck.here).filter(({ answer }) => answer === null).length < ENOUGH;

/** The deck with a change to the card of that token. */
export function changed(deck: Deck, token: string, change: Partial<Card>): Deck {
  return { ...deck, cards: deck.cards.map((card) => (card.assignment.token === token ? { ...card, ...change } : card)) };
}

/**
 * On to the next question that is still open, past those that ran out. One whose pictures are
 * there goes before one whose pictures are not.
 */
export function forward(deck: Deck, now: number, isReady: (card: Card) => boolean): Deck {
  const past = deck.cards.slice(0, deck.here + 1);
  const ahead = deck.cards.slice(deck.here + 1).filter((card) => card.answer !== null || Date.parse(card.assignment.expires_at) > now);
  const waiting = ahead.filter(({ answer }) => answer === null);
  const next = waiting.find(isReady) ?? waiting[0];
  if (!next) return { cards: [...past, ...ahead], here: past.length + ahead.length };
  const answered = ahead.filter(({ answer }) => answer !== null);
  return { cards: [...past, ...answered, next, ...waiting.filter((card) => card !== next)], here: past.length + answered.length };
}

/** Back to the last answered question; null when there is none, or when its answer stands by now. */
export function back(deck: Deck, now: number): Deck | null {
  const here = deck.cards.findLastIndex((card, at) => at < deck.here && card.answer !== null);
  const answeredAt = deck.cards[here]?.answeredAt;
  if (answeredAt == null || now - answeredAt > UNDO_MS) return null;
  return { ...deck, here };
}

/** The addresses of pictures to have at hand, in the order they are needed. */
export function wanted(deck: Deck): string[] {
  const near = [...deck.cards.slice(deck.here, deck.here + AHEAD), ...deck.cards.slice(Math.max(0, deck.here - BEHIND), deck.here).reverse()];
  return near.flatMap(({ assignment }) => assignment.entries.map(({ src }) => src));
}
