// Filters between address bar and API.
import { describe, expect, it } from 'vitest';
import { activeCount, apiParams, dependsOnResults, filterParams, NO_FILTERS, parseFilters } from './filters';

describe('the filters of the wall', () => {
  it('survive a trip through the address bar', () => {
    const address = '?medium=painting&state=ready&score_min=6.5&score_max=9&created_from=2026-01-02&q=blue&sort=-score';
    const filters = parseFilters(address);
    expect(`?${new URLSearchParams(filterParams(filters) as Record<string, string>)}`).toBe(address);
    expect(activeCount(filters)).toBe(5);
  });

  it('are none by default, and leave the address clean', () => {
    expect(parseFilters('')).toEqual(NO_FILTERS);
    expect(filterParams(NO_FILTERS)).toEqual({});
    expect(activeCount(NO_FILTERS)).toBe(0);
  });

  it('drop nonsense instead of sending it to the server', () => {
    expect(parseFilters('?medium=song&sort=DROP&score_min=99&score_max=abc&created_from=yesterday')).toEqual(NO_FILTERS);
  });

  it('send the API whole days: from midnight to the midnight after', () => {
    const { created_from, created_to } = apiParams({ ...NO_FILTERS, from: '2026-02-28', to: '2026-02-28' });
    expect(created_from).toBe(new Date(2026, 1, 28).toISOString());
    expect(Date.parse(String(created_to)) - Date.parse(String(created_from))).toBe(24 * 3600 * 1000);
  });

  it('know when a judged artwork may change its place', () => {
    expect(dependsOnResults(NO_FILTERS)).toBe(false);
    expect(dependsOnResults({ ...NO_FILTERS, sort: 'score' })).toBe(true);
    expect(dependsOnResults({ ...NO_FILTERS, state: 'judging' })).toBe(true);
  });
});
