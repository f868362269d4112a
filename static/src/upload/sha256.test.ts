// Our streamed sha256 against the platform’s.
import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { Sha256 } from './sha256';

const reference = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe('the streamed sha256', () => {
  it.each([0, 1, 55, 56, 57, 63, 64, 65, 119, 120, 1000, 70_001])('agrees with the platform on %i bytes', (size) => {
    const bytes = randomBytes(size);
    expect(new Sha256().update(bytes).hex()).toBe(reference(bytes));
  });

  it('does not care how the file is cut into chunks', () => {
    const bytes = randomBytes(10_000);
    const hash = new Sha256();
    for (let at = 0, step = 1; at < bytes.length; at += step, step = (step * 7) % 311 || 1) {
      hash.update(bytes.subarray(at, at + step));
    }
    expect(hash.hex()).toBe(reference(bytes));
  });
});
