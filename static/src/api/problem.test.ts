// How refusals are put into words.
import { describe, expect, it } from 'vitest';
import { ApiError, isTemporary, messageFor, parseProblem, reasonOf } from './problem';

describe('a refused request', () => {
  it('speaks in the words of its code', () => {
    const problem = parseProblem(422, '{"code":"truncated","title":"Unprocessable","detail":"x"}');
    expect(problem).toEqual({ code: 'truncated', status: 422, title: 'Unprocessable', detail: 'x' });
    expect(messageFor(problem)).toMatch(/ends too early/);
  });

  it("keeps the server's detail when the code is new to the page", () => {
    expect(messageFor(parseProblem(422, '{"code":"odd_moon","detail":"The moon is odd."}'))).toBe('The moon is odd.');
  });

  it.each([
    [401, /Sign in/],
    [403, /may not/],
    [404, /no longer here/],
    [413, /larger than/],
    [429, /Too many requests/],
    [502, /Nothing was lost/],
  ])('is explained by its status %i when the body is not a problem document', (status, words) => {
    expect(messageFor(parseProblem(status, '<html>proxy</html>'))).toMatch(words);
  });

  it('survives bodies that are JSON but not objects', () => {
    expect(parseProblem(400, 'null')).toEqual({ code: 'error', status: 400 });
    expect(parseProblem(400, '[1]').code).toBe('error');
  });

  it('knows which refusals may pass by themselves', () => {
    expect(isTemporary({ code: 'error', status: 503 })).toBe(true);
    expect(isTemporary({ code: 'offline', status: 0 })).toBe(true);
    expect(isTemporary({ code: 'too_large', status: 413 })).toBe(false);
  });

  it('never shows a raw exception to a person', () => {
    expect(reasonOf(new TypeError('x is undefined'))).not.toMatch(/undefined/);
    expect(reasonOf(new ApiError({ code: 'over_quota', status: 413 }))).toMatch(/storage is full/);
  });
});
