// Where a job leads, and when Retry is offered.
import { describe, expect, it } from 'vitest';
import { insteadOfRetry, pageOf } from './outcome';

describe('a job that ended', () => {
  it('is retried only where that may help', () => {
    const said = (kind: string, state: string, error_code = ''): string | null => insteadOfRetry({ kind, state, error_code });
    expect(said('render', 'failed', 'truncated')).toBe('needs another file');
    expect(said('train', 'failed', 'one_class')).toBe('needs other choices');
    expect(said('train', 'failed', 'disk_full')).toBe('');
    expect(said('prove', 'failed', 'golden')).toBe('');
    expect(said('render', 'dead', 'dead')).toBe('');
    expect(said('render', 'running')).toBeNull();
  });
  it('leads to what it is about', () => {
    expect(pageOf({ kind: 'train', subject: 'x' })).toBe('/training/runs/x/');
    expect(pageOf({ kind: 'score', subject: 'x' })).toBe('/artworks/x/');
  });
});
