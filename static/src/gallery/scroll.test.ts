// Scrolling walls of any height.
import { describe, expect, it } from 'vitest';
import { elementHeight, LONGEST, scrolled, toPhysical, toVirtual } from './scroll';

const short = { total: 50_000, viewport: 800 };
const tall = { total: 40_000_000, viewport: 800 };

describe('scrolling the wall', () => {
  it('is the browser’s own scrolling while the wall fits', () => {
    expect(elementHeight(short.total)).toBe(50_000);
    expect(scrolled({ physical: 100, virtual: 100 }, 30_000, short)).toEqual({ physical: 30_000, virtual: 30_000 });
  });

  it('never asks for an element longer than browsers draw', () => {
    expect(elementHeight(tall.total)).toBe(LONGEST);
    expect(LONGEST * 4).toBeLessThan(2 ** 24);
  });

  it('moves one to one under a wheel, however tall the wall', () => {
    const next = scrolled({ physical: 1000, virtual: 20_000_000 }, 1100, tall);
    expect(next.virtual).toBe(20_000_100);
  });

  it('jumps in proportion under the scrollbar, and reaches both ends', () => {
    const end = scrolled({ physical: 0, virtual: 0 }, LONGEST - 800, tall);
    expect(end.virtual).toBeCloseTo(tall.total - 800);
    expect(scrolled(end, 0, tall).virtual).toBe(0);
  });

  it('does not run past the ends under a wheel', () => {
    expect(scrolled({ physical: 500, virtual: 20 }, 400, tall).virtual).toBe(0);
    expect(scrolled({ physical: 500, virtual: tall.total - 810 }, 600, tall).virtual).toBe(tall.total - 800);
  });

  it('maps there and back', () => {
    expect(toVirtual(toPhysical(12_345_678, tall), tall)).toBeCloseTo(12_345_678, 3);
    expect(toPhysical(-40, tall)).toBe(-40);
  });
});
