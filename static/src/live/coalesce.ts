// Gathers bursts of calls into one, at most every `wait` milliseconds.

/** Returns a function that collects keys and hands them over together after `wait` ms. */
export function coalesce<K>(wait: number, act: (keys: K[]) => void): (keys: Iterable<K>) => void {
  const pending = new Set<K>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  return (keys) => {
    for (const key of keys) pending.add(key);
    if (timer !== undefined || pending.size === 0) return;
    timer = setTimeout(() => {
      timer = undefined;
      const batch = [...pending];
      pending.clear();
      act(batch);
    }, wait);
  };
}
