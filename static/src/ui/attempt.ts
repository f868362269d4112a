// A change that says why it failed.
import { reasonOf } from '../api/problem';
import { say } from './toasts.svelte';

/** False when it failed, which the person was told. */
export async function attempt(change: () => Promise<unknown>): Promise<boolean> {
  try {
    await change();
    return true;
  } catch (error) {
    say(reasonOf(error), 'bad');
    return false;
  }
}
