// Remembers which artwork was left last, so that the wall opens where the viewer was closed.
const KEY = 'connoisseur.return';

export interface ReturnPoint {
  index: number;
  wall: string;
}

export function leaveReturn(point: ReturnPoint): void {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(point));
  } catch {
    // Without storage the wall simply opens at its top.
  }
}

/** The point left for this very wall, once. */
export function takeReturn(): ReturnPoint | null {
  try {
    const text = sessionStorage.getItem(KEY);
    sessionStorage.removeItem(KEY);
    const point = text ? (JSON.parse(text) as ReturnPoint) : null;
    return point && point.wall === location.pathname + location.search ? point : null;
  } catch {
    return null;
  }
}
