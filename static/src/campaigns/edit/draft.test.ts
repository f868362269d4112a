// From a form to what is sent.
import { describe, expect, it } from 'vitest';
import { changesOf, emailsIn, emptyDraft, lacking, localMoment, wishOf } from './draft';

describe('what is sent', () => {
  it('holds addresses in free text once each', () => {
    expect(emailsIn('Ann <Ann@example.org>, bob@example.org;\nann@example.org nobody')).toEqual(['ann@example.org', 'bob@example.org']);
  });

  it('names an attribute and addresses only where they are asked for', () => {
    const draft = { ...emptyDraft('campaign'), attribute: 'light', emails: 'ann@example.org' };
    expect(wishOf(draft)).toMatchObject({ attribute: null, emails: [], closes_at: null });
    expect(wishOf({ ...draft, mode: 'attribute', access: 'group' })).toMatchObject({ attribute: 'light', emails: ['ann@example.org'] });
  });

  it('keeps moments through the form', () => {
    const iso = '2026-05-01T18:30:00.000Z';
    expect(wishOf({ ...emptyDraft('campaign'), closes_at: localMoment(iso) }).closes_at).toBe(iso);
  });

  it('is only what changed', () => {
    const kept = emptyDraft('campaign');
    expect(changesOf({ ...kept, title: 'New', votes_wanted: 12 }, kept)).toEqual({ title: 'New', votes_wanted: 12 });
  });
});

describe('what is missing', () => {
  it('is told in the order of the page', () => {
    expect(lacking({ ...emptyDraft('campaign'), mode: 'attribute', access: 'group' }, 0)).toEqual([
      'Give it a title.',
      'Choose the attribute that is asked about.',
      'Add pictures.',
      'Name at least one e-mail address.',
    ]);
  });

  it('is nothing for a titled campaign with pictures, or a titled challenge without', () => {
    expect(lacking({ ...emptyDraft('campaign'), title: 'A' }, 1)).toEqual([]);
    expect(lacking({ ...emptyDraft('challenge'), title: 'A' }, 0)).toEqual([]);
    expect(lacking({ ...emptyDraft('campaign'), title: 'A', mode: 'pairs' }, 1)).toEqual(['Add a second picture.']);
  });

  it('is a sensible order of dates', () => {
    const past = { ...emptyDraft('campaign'), title: 'A', closes_at: '2020-01-01T00:00' };
    expect(lacking(past, 1)).toEqual(['The end lies in the past.']);
  });
});
