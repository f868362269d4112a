// What the sheet of shortcuts may claim.
import { expect, it } from 'vitest';
import { reachable } from './shortcuts.svelte';

const run = (): void => undefined;
const one = (keys: string[], label: string): { keys: string[]; label: string; group: string; run: () => void } => ({ keys, label, group: 'g', run });

it('lists a key where it acts, which is where it was added last', () => {
  const list = reachable([one(['G'], 'Gallery'), one(['Z', 'Ctrl+Z'], 'Undo'), one(['G'], 'Grid'), one(['Ctrl+Z'], 'Undo the crop')]);
  expect(list.map(({ label, keys }) => `${label}: ${keys}`)).toEqual(['Undo: Z', 'Grid: G', 'Undo the crop: Ctrl+Z']);
});
