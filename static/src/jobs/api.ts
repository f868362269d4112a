// Calls of the machine room, for staff.
import { API, query, request } from '../api/client';
import type { JobRow, JobsSummary, Page } from '../api/types';

export interface JobFilter {
  state: string;
  queue: string;
}

export const fetchSummary = (): Promise<JobsSummary> => request(`${API}/jobs/summary`);

export function listJobs(filter: JobFilter, offset: number, limit: number): Promise<Page<JobRow>> {
  return request(`${API}/jobs${query({ ...filter, offset, limit })}`);
}

export function retryJob(id: string): Promise<unknown> {
  return request(`${API}/jobs/${id}/retry`, { method: 'POST' });
}

export function switchQueue(name: string, action: 'pause' | 'resume'): Promise<JobsSummary> {
  return request(`${API}/queues/${encodeURIComponent(name)}/${action}`, { method: 'POST' });
}
