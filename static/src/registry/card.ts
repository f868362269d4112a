// The card of a model, which the server draws around the island of versions.

const ISLAND = '[data-island]';

/** Draws what stands before and after the island anew, as the server has it now, but for other islands; a failure leaves what is there. */
export async function renewAround(inside: Element): Promise<void> {
  const island = inside.closest(ISLAND);
  const answer = await fetch(location.href, { credentials: 'same-origin' }).catch(() => null);
  if (!island?.parentElement || !answer?.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const twin = fresh.querySelector(`[data-island='${island.getAttribute('data-island')}']`);
  if (!twin?.parentElement) return;
  const mounted = new Map([...island.parentElement.querySelectorAll<HTMLElement>(`:scope > ${ISLAND}`)].map((one) => [one.dataset.island, one]));
  const around = [...twin.parentElement.children].map((one) => (one === twin ? one : (mounted.get((one as HTMLElement).dataset.island ?? '') ?? one)));
  const at = around.indexOf(twin);
  for (const old of [...island.parentElement.children]) if (old !== island) old.remove();
  island.before(...around.slice(0, at));
  island.after(...around.slice(at + 1));
}
