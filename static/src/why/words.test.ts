// How an explanation is put into words.
import { describe, expect, it } from 'vitest';
import type { AttributeReading } from '../api/explanations';
import { barShare, barStart, isOpinion, placeText, rawText, readout, sentence, sorted, sourceText, valueText } from './words';

const reading = (rest: Partial<AttributeReading>): AttributeReading => ({
  key: 'light', label: 'Light', family: 'photo', value: 0.2, percentile: 60, source: 'learned', low: -1, high: 1, low_word: 'poor', high_word: 'striking',
  choice: null, choices: [], judgement: true, missing: null, text: '', evidence: null, asks: '', votes: 0, mine: null, ...rest,
});

describe('an attribute', () => {
  it.each([
    [reading({ value: 0.4 }), '+0.40'],
    [reading({ value: -0.4 }), '−0.40'],
    [reading({ value: -0.004 }), '0.00'],
    [reading({ value: 0.4, low: 0 }), '0.40'],
    [reading({ value: 5.24, low: 1, high: 7 }), '5.2 of 7'],
    [reading({ value: 3, low: 0, high: 12 }), '3 of 12'],
    [reading({ value: null }), ''],
  ])('has a value in its own units', (one, words) => {
    expect(valueText(one)).toBe(words);
  });

  it('says where it comes from', () => {
    const evidence = { n: 145, learned_from: 116, tested_on: 29, raters: 5, srcc: 0.42, srcc_low: 0.3, srcc_high: 0.5, baseline: null, crowd: 'AADB' };
    expect(sourceText(reading({ evidence }))).toBe('learned from 116 pictures × 5 raters, rank correlation .42 on 29 it had not seen');
    expect(sourceText(reading({ source: 'measured' }))).toBe('measured');
  });

  it('says so where a simple formula does as well', () => {
    const evidence = { n: 145, learned_from: 116, tested_on: 29, raters: 5, srcc: 0.35, srcc_low: 0.2, srcc_high: 0.5, crowd: 'AADB' };
    const against = (name: string, srcc: number): string => sourceText(reading({ evidence: { ...evidence, baseline: { name, srcc } } }));
    expect(against('ridge on colour statistics', 0.375)).toMatch(/correlation \.35 on 29 it had not seen; a simple colour formula does as well$/);
    expect(against('best single formula', 0.35)).toMatch(/; a simple formula does as well$/);
    expect(against('best single formula', 0.34)).toMatch(/correlation \.35 on 29 it had not seen$/);
  });

  it('has one bar: its place where one is known, else its value', () => {
    expect([barStart(reading({ percentile: 76 })), barShare(reading({ percentile: 76 }))]).toEqual([0.5, 0.76]);
    expect([barStart(reading({ percentile: null })), barShare(reading({ percentile: null }))]).toEqual([0.5, 0.6]);
    expect([barStart(reading({ percentile: null, low: 0 })), barShare(reading({ percentile: null, low: 0 }))]).toEqual([0, 0.2]);
  });

  it('tells its value with its range', () => {
    expect(rawText(reading({ value: -0.2 }))).toBe('−0.20 (−1 to +1)');
    expect(rawText(reading({ value: 5.24, low: 1, high: 7 }))).toBe('5.2 (1 to 7)');
  });

  it('is a fact, not an opinion, where a formula hardly follows people', () => {
    const evidence = { n: 145, learned_from: 116, tested_on: 29, raters: 5, srcc: 0.29, srcc_low: 0.1, srcc_high: 0.4, baseline: null, crowd: '' };
    const formula = (srcc: number): AttributeReading => reading({ source: 'measured', evidence: { ...evidence, srcc } });
    expect(isOpinion(formula(0.29))).toBe(false);
    expect(isOpinion(formula(0.3))).toBe(true);
    expect(isOpinion(reading({ source: 'measured' }))).toBe(false);
    expect(isOpinion(reading({ evidence }))).toBe(true);
    expect(sorted([formula(0.29)]).measured).toHaveLength(1);
  });

  it('stands among others without claiming more than the numbers say', () => {
    expect(placeText(81.6)).toBe('above 82 of 100');
    expect(placeText(99.7)).toBe('above nearly all');
    expect(placeText(null)).toBe('');
  });

  it('tells the more the better it was tested', () => {
    const evidence = { n: 145, learned_from: 116, tested_on: 29, raters: 5, srcc: 0.2, srcc_low: 0.1, srcc_high: 0.3, baseline: null, crowd: '' };
    const parts = sorted([reading({ key: 'weak', percentile: 97, evidence }), reading({ key: 'strong', percentile: 90, evidence: { ...evidence, srcc: 0.6 } })]);
    expect(parts.judged.map(({ key }) => key)).toEqual(['strong', 'weak']);
  });

  it('is sorted: telling judgements, facts, and what has no number', () => {
    const parts = sorted([
      reading({ key: 'plain', percentile: 52 }),
      reading({ key: 'telling', percentile: 3 }),
      reading({ key: 'fact', source: 'measured', judgement: false }),
      reading({ key: 'colour', value: 11, choice: 'red' }),
      reading({ key: 'failed', value: null, missing: 'not_proven' }),
      reading({ key: 'mood', value: null, missing: 'no_training_data' }),
    ]);
    expect(parts.judged.map(({ key }) => key)).toEqual(['telling', 'plain']);
    expect(parts.measured.map(({ key }) => key)).toEqual(['fact']);
    expect(parts.choices.map(({ key }) => key)).toEqual(['colour']);
    expect(parts.unproven.map(({ key }) => key)).toEqual(['failed']);
    expect(parts.unrated.map(({ key }) => key)).toEqual(['mood']);
  });
});

describe('words for the ear', () => {
  it('tell the strength and the part of the picture', () => {
    expect(readout(0.64, { u: 0.1, v: 0.9 })).toBe('64 % of the strongest spot, bottom left');
    expect(readout(1, { u: 1, v: 0.5 })).toBe('100 % of the strongest spot, middle right');
  });

  it('are sentences', () => {
    expect(sentence('what speaks for it')).toBe('What speaks for it.');
    expect(sentence('Done.')).toBe('Done.');
  });
});
