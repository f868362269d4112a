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

/** The picture's size when it is shown whole; never larger than its own pixels. */
export function fitted(picture: Size, stage: Size): Size {
  const ratio = Math.min(stage.width / picture.width, stage.height / picture.height, 1.5);
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
