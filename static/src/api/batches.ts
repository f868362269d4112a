// Crop batches: all pictures of an album cut to a set of sizes, as the API speaks of them.
import { API, query, request } from './client';

export interface BatchSize {
  /** `4:5`, or `free` for the best crop of any shape. */
  aspect: string;
  /** Pixels; of a free crop, its longest side. */
  width: number;
  /** As the server rounds it; of a size not sent yet it follows from the others. */
  height?: number;
}

export type BatchFormat = 'jpg' | 'webp' | 'png';

export interface BatchError {
  /** Null once the picture is thrown away. */
  artwork: string | null;
  title: string;
  code: string;
  text: string;
}

export interface Batch {
  id: string;
  album: string | null;
  title: string;
  sizes: BatchSize[];
  format: BatchFormat;
  state: 'running' | 'done' | 'cancelled';
  /** Pictures. */
  total: number;
  done: number;
  failed: number;
  waiting_for_field: number;
  files: number;
  bytes: number;
  errors: BatchError[];
  zip: string | null;
  created_at: string;
  expires_at: string | null;
}

const one = (id: string): string => `${API}/crop-batches/${id}`;

export const batchesOf = (album: string): Promise<Batch[]> => request(`${API}/crop-batches${query({ album })}`);

export const startBatch = (album: string, sizes: BatchSize[], format: BatchFormat): Promise<Batch> =>
  request(`${API}/albums/${album}/crop-batches`, { method: 'POST', body: { sizes, format } });

export const cancelBatch = (id: string): Promise<unknown> => request(`${one(id)}/cancel`, { method: 'POST' });
export const retryBatch = (id: string): Promise<unknown> => request(`${one(id)}/retry`, { method: 'POST' });
export const deleteBatch = (id: string): Promise<void> => request(one(id), { method: 'DELETE' });
