// Zoom and pan of a picture fitted into a stage. Pure. Coordinates are pixels from the stage's centre.
export interface View {
  readonly scale: number;
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export const FIT: View = { scale: 1, x: 0, y: 0 };
export const CLOSEST = 12;

/** How far a picture is enlarged to be shown whole. */
const ENLARGED = 1.5;
/** A generated one is small, and would be lost on the stage: further, up to so many pixels. */
const GENERATED = 6;
const GENERATED_SIDE = 384;

/** The picture's size when it is shown whole; hardly larger than its own pixels, unless it is small and generated. */
export function fitted(picture: Size, stage: Size, generated = false): Size {
  const most = generated ? Math.max(ENLARGED, Math.min(GENERATED, GENERATED_SIDE / Math.max(picture.width, picture.height))) : ENLARGED;
  const ratio = Math.min(stage.width / picture.width, stage.height / picture.height, most);
  return { width: picture.width * ratio, height: picture.height * ratio };
}

function clampAxis(offset: number, shown: number, stage: number): number {
  const room = Math.max(0, (shown - stage) / 2);
  return Math.min(room, Math.max(-room, offset));
}

/** Keeps the picture's edge from leaving the stage's edge; a picture that fits stays centred. */
export function clamp(view: View, picture: Size, stage: Size): View {
  const scale = Math.min(CLOSEST, Math.max(1, view.scale));
  return {
    scale,
    x: clampAxis(view.x, picture.width * scale, stage.width),
    y: clampAxis(view.y, picture.height * scale, stage.height),
  };
}

/** Zooms by a factor so that what is under the point stays under it. */
export function zoomAt(view: View, factor: number, point: { x: number; y: number }, picture: Size, stage: Size): View {
  const scale = Math.min(CLOSEST, Math.max(1, view.scale * factor));
  const real = scale / view.scale;
  return clamp({ scale, x: point.x - (point.x - view.x) * real, y: point.y - (point.y - view.y) * real }, picture, stage);
}

export function pan(view: View, dx: number, dy: number, picture: Size, stage: Size): View {
  return clamp({ ...view, x: view.x + dx, y: view.y + dy }, picture, stage);
}

/** A view in shares of the picture, so that pictures of other shapes can follow it. */
export interface Relative {
  readonly scale: number;
  /** The point of the picture at the stage's centre. */
  readonly u: number;
  readonly v: number;
}

export const WHOLE: Relative = { scale: 1, u: 0.5, v: 0.5 };

export function toRelative(view: View, picture: Size): Relative {
  return {
    scale: view.scale,
    u: 0.5 - view.x / (picture.width * view.scale),
    v: 0.5 - view.y / (picture.height * view.scale),
  };
}

export function fromRelative({ scale, u, v }: Relative, picture: Size, stage: Size): View {
  return clamp({ scale, x: (0.5 - u) * picture.width * scale, y: (0.5 - v) * picture.height * scale }, picture, stage);
}

/** Moves the view just so far that a point of the picture, in shares, is on the stage. */
export function reveal(view: View, point: { u: number; v: number }, picture: Size, stage: Size): View {
  const axis = (offset: number, share: number, length: number, room: number): number => {
    const at = offset + (share - 0.5) * length * view.scale;
    const edge = Math.max(0, room / 2 - 24);
    return offset + Math.min(edge, Math.max(-edge, at)) - at;
  };
  return clamp({ ...view, x: axis(view.x, point.u, picture.width, stage.width), y: axis(view.y, point.v, picture.height, stage.height) }, picture, stage);
}
