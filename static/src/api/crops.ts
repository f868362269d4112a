// Crops of an artwork, as the API speaks of them, and the calls of the crop studio.
import { API, query, request } from './client';

export type CropBox = [x: number, y: number, width: number, height: number];
export type Shares = [x: number, y: number];

export interface CropOpinion {
  mean: number;
  sd: number;
  low: number;
  high: number;
  distribution: number[];
  /** Its mean less that of the whole picture. */
  gain: number | null;
  /** Why the opinion says little of a crop like this; empty otherwise. */
  caution: string;
}

export interface Crop {
  box: CropBox;
  focal: Shares;
  score: {
    total: number;
    view: number;
    energy: number;
    kept: number;
    area: number;
    cut: number;
    focal: number;
    opinion: CropOpinion | null;
    judging: boolean;
  };
  losses: { kind: string; words: string }[];
  forms: { imgproxy: string; thumbor: string; css: string };
  url: string;
  srcset: string;
}

export interface SavedCrop {
  id: string;
  box: CropBox;
  words: string;
  state: 'saving' | 'saved' | 'failed';
  /** The version that came of it. */
  artwork: string | null;
  error_code: string;
  error_text: string;
}

export interface CropList {
  /** `none`: nobody asked for a look yet, or, without a model, nobody can. */
  state: 'ready' | 'waiting' | 'failed' | 'none';
  model: string | null;
  width: number | null;
  height: number | null;
  aspect: string;
  /** The owner's focal point, kept for every size. */
  focal: { x: number; y: number } | null;
  used_focal: Shares | null;
  notes: string[];
  error_code: string;
  error_text: string;
  crops: Crop[];
  saved: SavedCrop[];
}

export interface CropQuestion {
  aspect: string;
  /** `x,y`; `none` for no focal point at all; null for the one that is kept. */
  focal: string | null;
  count?: number;
}

const of = (artwork: string): string => `${API}/artworks/${artwork}`;

export const cropsOf = (artwork: string, { aspect, focal, count }: CropQuestion): Promise<CropList> =>
  request(`${of(artwork)}/crops${query({ aspect, focal, count })}`);

/** What is said of a person's own box. */
export const cropAt = (artwork: string, box: CropBox, focal: string | null): Promise<Crop> =>
  request(`${of(artwork)}/crops/box${query({ box: box.join(','), focal })}`);

/** Has the model look at the picture, now or once more. */
export const lookAt = (artwork: string): Promise<unknown> => request(`${of(artwork)}/crops/look`, { method: 'POST' });

export const askOpinions = (artwork: string, boxes: CropBox[]): Promise<unknown> =>
  request(`${of(artwork)}/crops/opinions`, { method: 'POST', body: { boxes } });

export const saveCrop = (artwork: string, box: CropBox): Promise<SavedCrop> =>
  request(`${of(artwork)}/crops/save`, { method: 'POST', body: { box } });

export const keepFocal = (artwork: string, [x, y]: Shares): Promise<unknown> =>
  request(`${of(artwork)}/focal`, { method: 'PUT', body: { x, y } });

export const forgetFocal = (artwork: string): Promise<unknown> => request(`${of(artwork)}/focal`, { method: 'DELETE' });

/** Makes every address of the picture's crops that was given out stop working. */
export const revokeAddresses = (artwork: string): Promise<unknown> => request(`${of(artwork)}/addresses/revoke`, { method: 'POST' });
