// One question at a time, and of those that wait only the newest.

/** Returns how to ask; what is asked meanwhile replaces what waits. `ask` must not throw. */
export function newestOnly<Q>(ask: (question: Q) => Promise<void>): (question: Q) => void {
  let busy = false;
  let waiting: { question: Q } | null = null;

  async function run(question: Q): Promise<void> {
    busy = true;
    await ask(question);
    busy = false;
    const next = waiting;
    waiting = null;
    if (next) void run(next.question);
  }

  return (question) => {
    if (busy) waiting = { question };
    else void run(question);
  };
}
