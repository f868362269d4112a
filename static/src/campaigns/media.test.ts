// Which file shows an entry.
import { expect, it } from 'vitest';
import { aspectOf, pictureOf } from './media';

const medium = { src: '/campaigns/a/media/b/medium.webp', width: 600, height: 400, thumbhash: '' };

it('names the same picture in another size', () => {
  expect(pictureOf({ medium }, 'small')).toBe('/campaigns/a/media/b/small.webp');
  expect(pictureOf({ medium: { ...medium, src: null } }, 'small')).toBeNull();
});

it('has a shape even when the picture is gone', () => {
  expect(aspectOf({ medium })).toBe(1.5);
  expect(aspectOf({ medium: { src: null, width: null, height: null, thumbhash: '' } })).toBe(1.5);
});
