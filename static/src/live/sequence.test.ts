// Events arrive doubled, late and with gaps; they are delivered once, in order.
import { describe, expect, it } from 'vitest';
import { merge, settle, startAt } from './sequence';

const event = (seq: number) => ({ seq, kind: 'artwork.changed', ids: [`a${seq}`] });
const seqs = (events: { seq: number }[]) => events.map((one) => one.seq);

describe('the event sequence', () => {
  it('delivers events that follow each other', () => {
    const { state, deliver, gap } = merge(startAt(4), [event(5), event(6)]);
    expect(seqs(deliver)).toEqual([5, 6]);
    expect(state.last).toBe(6);
    expect(gap).toBe(false);
  });

  it('drops what it has already delivered', () => {
    expect(merge(startAt(4), [event(3), event(4)]).deliver).toEqual([]);
    const once = merge(startAt(4), [event(5), event(5)]);
    expect(seqs(once.deliver)).toEqual([5]);
  });

  it('holds an early event back and reports the gap', () => {
    const first = merge(startAt(4), [event(6)]);
    expect(first.deliver).toEqual([]);
    expect(first.gap).toBe(true);
    const second = merge(first.state, [event(5)]);
    expect(seqs(second.deliver)).toEqual([5, 6]);
    expect(second.gap).toBe(false);
  });

  it('fills a gap from the catch-up list, then releases what waited', () => {
    const held = merge(startAt(4), [event(9)]);
    const settled = settle(held.state, [event(7), event(5), event(6), event(8)], 8);
    expect(seqs(settled.deliver)).toEqual([5, 6, 7, 8, 9]);
    expect(settled.state).toEqual({ last: 9, early: [] });
  });

  it('accepts that some numbers were never kept by the server', () => {
    const settled = settle(startAt(10), [event(14)], 15);
    expect(seqs(settled.deliver)).toEqual([14]);
    expect(settled.state.last).toBe(15);
  });

  it('never goes back when a slow catch-up answers late', () => {
    const settled = settle(startAt(20), [event(18)], 18);
    expect(settled.deliver).toEqual([]);
    expect(settled.state.last).toBe(20);
  });
});
