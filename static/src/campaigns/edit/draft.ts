// A campaign while it is being written: what the form holds, what is sent, what is missing. Pure.
import type { Campaign, CampaignKind, CampaignWish } from '../../api/campaigns';

/** Terms as the form's fields hold them: moments as `datetime-local` has them, e-mails as text. */
export interface Draft extends Omit<CampaignWish, 'emails' | 'attribute' | 'opens_at' | 'closes_at' | 'submissions_close_at'> {
  title: string;
  kind: CampaignKind;
  mode: NonNullable<CampaignWish['mode']>;
  attribute: string;
  emails: string;
  opens_at: string;
  closes_at: string;
  submissions_close_at: string;
}

const COMMON = {
  title: '', attribute: '', question: '', description: '', consent: '', access: 'link', guests: true, sampling: 'active', emails: '',
  votes_wanted: 5, narrow_enough: 1.3, gold_share: 0.1, repeat_share: 0.05, most_per_rater: null, least_dwell_ms: 400, for_training: false, generated_allowed: false,
  opens_at: '', closes_at: '', submissions_close_at: '', most_submissions: 1, must_vote_share: 0, comment_at_most: 0,
} as const;

/** Sensible beginnings; those of a challenge follow DPChallenge. */
export function emptyDraft(kind: CampaignKind, now = new Date()): Draft {
  if (kind === 'campaign') return { ...COMMON, kind, mode: 'score', reveal: 'after_vote' };
  const inDays = (days: number): string => localMoment(new Date(now.getFullYear(), now.getMonth(), now.getDate() + days, 20).toISOString());
  return {
    ...COMMON, kind, mode: 'score', reveal: 'at_end', access: 'open', guests: false, gold_share: 0, repeat_share: 0, votes_wanted: 10, narrow_enough: null, must_vote_share: 0.2, comment_at_most: 3,
    submissions_close_at: inDays(7), opens_at: inDays(7), closes_at: inDays(14),
  };
}

/** The form of a campaign that exists. */
export function draftOf(campaign: Campaign): Draft {
  const { id, state, attribute, published_at, revealed_at, organiser, link, counts, me, covers, emails, ...terms } = campaign;
  return {
    ...terms,
    attribute: attribute?.key ?? '',
    emails: (emails ?? []).join('\n'),
    opens_at: localMoment(terms.opens_at),
    closes_at: localMoment(terms.closes_at),
    submissions_close_at: localMoment(terms.submissions_close_at),
  };
}

/** "2026-05-01T20:00" in local time; "" for none. */
export function localMoment(iso: string | null): string {
  if (!iso) return '';
  const moment = new Date(iso);
  return new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

const instant = (local: string): string | null => (local ? new Date(local).toISOString() : null);

/** E-mail addresses in free text, in small letters, each once. */
export const emailsIn = (text: string): string[] => [...new Set(text.toLowerCase().match(/[^\s,;<>"]+@[^\s,;<>"]+\.[^\s,;<>"]+/g) ?? [])];

/** What is sent. */
export function wishOf(draft: Draft): CampaignWish {
  return {
    ...draft,
    title: draft.title.trim(),
    attribute: draft.mode === 'attribute' ? draft.attribute : null,
    emails: draft.access === 'group' ? emailsIn(draft.emails) : [],
    opens_at: instant(draft.opens_at),
    closes_at: instant(draft.closes_at),
    submissions_close_at: draft.kind === 'challenge' ? instant(draft.submissions_close_at) : null,
  };
}

/** Only what differs from what is kept: the rest may be fixed by votes. */
export function changesOf(draft: Draft, kept: Draft): CampaignWish {
  const [now, before] = [wishOf(draft), wishOf(kept)] as [Record<string, unknown>, Record<string, unknown>];
  return Object.fromEntries(Object.entries(now).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name])));
}

/** What stands in the way of publishing, in the order of the page. */
export function lacking(draft: Draft, pictures: number, now = Date.now()): string[] {
  const says: string[] = [];
  if (!draft.title.trim()) says.push('Give it a title.');
  if (draft.mode === 'attribute' && !draft.attribute) says.push('Choose the attribute that is asked about.');
  if (draft.kind === 'campaign' && pictures < (draft.mode === 'pairs' || draft.mode === 'burst' ? 2 : 1)) says.push(pictures ? 'Add a second picture.' : 'Add pictures.');
  if (draft.access === 'group' && !emailsIn(draft.emails).length) says.push('Name at least one e-mail address.');
  if (draft.kind === 'challenge' && !draft.submissions_close_at) says.push('Say until when pictures may be handed in.');
  if (draft.closes_at && Date.parse(draft.closes_at) <= now) says.push('The end lies in the past.');
  if (draft.closes_at && draft.opens_at && draft.closes_at <= draft.opens_at) says.push('Voting ends before it begins.');
  return says;
}
