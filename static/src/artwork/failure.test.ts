// The reason a person reads when an artwork could not be judged.
import { describe, expect, it } from 'vitest';
import { failureOf } from './failure';

const job = { id: 'j', kind: 'score', state: 'dead', attempt: 5, error_code: 'dead', error_text: '' };

describe('why an artwork was not judged', () => {
  it('blames the file for what only another file mends', () => {
    const failure = failureOf({ error_code: 'broken_image', error_text: 'IDAT: CRC error', jobs: [] });
    expect(failure.fileIsToBlame).toBe(true);
    expect(failure.reason).toMatch(/cannot be decoded/);
  });

  it('otherwise says what the server said, or what its job said', () => {
    expect(failureOf({ error_code: 'lost', error_text: 'No model is active.', jobs: [] })).toEqual({
      reason: 'No model is active.',
      fileIsToBlame: false,
    });
    expect(failureOf({ error_code: '', error_text: '', jobs: [job] }).reason).toBe('The work failed several times.');
  });
});
