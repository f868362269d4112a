// Stages that zoom and pan as one.
import { WHOLE, type Relative } from './zoom';

export class Together {
  relative = $state.raw<Relative>(WHOLE);
  gliding = false;
  /** Who moved last: the others follow. */
  leader: object | null = null;

  lead(leader: object, relative: Relative, gliding: boolean): void {
    this.leader = leader;
    this.gliding = gliding;
    this.relative = relative;
  }
}
