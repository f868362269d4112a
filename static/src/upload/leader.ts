// One tab at a time does the uploading. Web Locks where they exist (https, localhost);
// elsewhere a lease in local storage that a dead tab loses after six seconds.

const NAME = 'connoisseur-upload';
const LEASE_MS = 6_000;

/** Calls `lead` once, when this tab becomes the one that uploads. */
export function whenLeader(lead: () => void): void {
  if (navigator.locks) {
    void navigator.locks.request(NAME, () => {
      lead();
      return new Promise<never>(() => undefined);
    });
  } else {
    waitForLease(lead);
  }
}

interface Lease {
  tab: string;
  until: number;
}

function readLease(): Lease | null {
  try {
    return JSON.parse(localStorage.getItem(NAME) ?? 'null') as Lease | null;
  } catch {
    return null;
  }
}

function waitForLease(lead: () => void): void {
  const tab = String(Math.random());
  let leading = false;
  const attempt = (): void => {
    const lease = readLease();
    if (lease && lease.tab !== tab && lease.until > Date.now()) return;
    localStorage.setItem(NAME, JSON.stringify({ tab, until: Date.now() + LEASE_MS }));
    if (leading || lease?.tab !== tab) return;
    leading = true;
    lead();
  };
  attempt();
  setInterval(attempt, LEASE_MS / 3);
  addEventListener('pagehide', () => {
    if (readLease()?.tab === tab) localStorage.removeItem(NAME);
  });
}
