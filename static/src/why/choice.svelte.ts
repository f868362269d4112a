// Which map lies over the picture, and how strongly; kept while one walks from picture to picture.
import type { ActivationMap } from '../api/explanations';
import { mapGroups, mapId } from './maps';

export class MapChoice {
  /** The chosen map's name, remembered while it is off. */
  chosen = $state<string | null>(null);
  on = $state(false);
  /** 0 to 1. */
  opacity = $state(0.6);

  /** The map to show of these; null when none is on or these do not hold it. */
  of(maps: readonly ActivationMap[]): ActivationMap | null {
    return this.on ? (maps.find((map) => mapId(map) === this.chosen) ?? null) : null;
  }

  show(map: ActivationMap): void {
    this.chosen = mapId(map);
    this.on = true;
  }

  hide(): void {
    this.on = false;
  }

  /** Off, or back to the last one; to the first when that is not among these. */
  toggle(maps: readonly ActivationMap[]): void {
    if (this.of(maps)) this.hide();
    else this.start(maps);
  }

  step(maps: readonly ActivationMap[], by: 1 | -1): void {
    const listed = inOrder(maps);
    const shown = this.of(maps);
    if (!shown) return this.start(maps);
    const next = listed[(listed.indexOf(shown) + by + listed.length) % listed.length];
    if (next) this.show(next);
  }

  private start(maps: readonly ActivationMap[]): void {
    const map = maps.find((one) => mapId(one) === this.chosen) ?? inOrder(maps)[0];
    if (map) this.show(map);
  }
}

/** As the chooser lists them. */
function inOrder(maps: readonly ActivationMap[]): ActivationMap[] {
  return mapGroups(maps).flatMap((group) => group.maps);
}
