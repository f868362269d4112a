// The coach's words and frames.
import { describe, expect, it } from 'vitest';
import type { Coaching, Proposal } from '../api/explanations';
import { disputed, gainText, inOrder, judgesNames, judgesText, nothingText, stepText, waitText, working } from './words';

const proposal = (rest: Partial<Proposal>): Proposal => ({
  id: 'p', key: 'exposure', words: '', edits: {}, mean: 6.3, interval: [6.1, 6.5], gain: 0.5, second_gain: 0.3, preview: '', width: 10, height: 10, saved_as: null, saving: false, error_text: '', ...rest,
});
const advice = (rest: Partial<Coaching>): Coaching => ({ state: 'ready', model: 'scorer-v2', second_model: 'second-v1', before: 5.8, reason: '', error_text: '', proposals: [], ...rest });

describe('a proposal', () => {
  it('says from where to where', () => {
    expect(stepText(3.4, proposal({ mean: 3.9, gain: 0.5 }))).toBe('3.4 → 3.9');
    expect(stepText(3.44, proposal({ mean: 3.95, gain: 0.51 }))).toBe('3.4 → 3.9');
    expect(stepText(9.8, proposal({ mean: 10, gain: 0.4 }))).toBe('9.8 → 10.0');
    expect(stepText(null, proposal({}))).toBe('6.3');
  });

  it('says what it gains and between which ends, which need not lie alike', () => {
    expect(gainText(3.4, proposal({ mean: 3.9, gain: 0.5, interval: [3.5, 4.0] }))).toBe('gain +0.5, likely +0.1 to +0.6');
    expect(gainText(3.4, proposal({ mean: 3.9, gain: 0.5, interval: [3.37, 4.0] }))).toBe('gain +0.5, likely 0.0 to +0.6');
    expect(gainText(null, proposal({}))).toBe('gain +0.5');
  });

  it('tells both judges apart without their names, and when the second does not agree', () => {
    expect(judgesText(proposal({ second_gain: -0.04 }))).toBe('its own estimate +0.50, an independent check −0.04');
    expect(judgesText(proposal({ second_gain: -0.004 }))).toContain('an independent check 0.00');
    expect(judgesNames(advice({}))).toBe('Own estimate: scorer-v2. Independent check: second-v1.');
    expect(disputed(proposal({ second_gain: 0 }))).toBe(true);
    expect(disputed(proposal({}))).toBe(false);
  });

  it('stands after all together, by its gain', () => {
    const listed = inOrder([proposal({ key: 'crop', gain: 0.1 }), proposal({ key: 'together', gain: 0 }), proposal({ key: 'light', gain: 0.4 })]);
    expect(listed.map(({ key }) => key)).toEqual(['together', 'light', 'crop']);
  });
});

describe('the coach', () => {
  it('says what it waits for, and answers when nothing helps', () => {
    expect(waitText('queued')).toBe('Waiting for its turn.');
    expect(waitText('running')).toMatch(/about ten seconds/);
    expect(nothingText('The best change found would gain 0.10 points.')).toBe('No change proposed. The best change found would gain 0.10 points.');
    expect(nothingText('')).toBe('No change proposed. No modest change would raise the expected score.');
  });

  it('works while it waits, runs or saves', () => {
    expect(working(advice({ state: 'queued' }))).toBe(true);
    expect(working(advice({ proposals: [proposal({ saving: true })] }))).toBe(true);
    expect(working(advice({}))).toBe(false);
    expect(working(null)).toBe(false);
  });
});
