// The one live connection of a page: socket first, catch-up after gaps, polling when there is no socket.
import { API, request } from '../api/client';
import { site } from '../api/site';
import type { EventPage, LiveEvent } from '../api/types';
import { merge, settle, startAt, type Merge } from './sequence';

export type LiveStatus = 'connecting' | 'live' | 'polling' | 'offline';
export interface LiveMessage {
  kind: string;
  ids: string[];
}
interface SocketMessage {
  type: string;
  seq?: number;
  kind?: string;
  ids?: string[];
  reset?: boolean;
  /** Of a hint about a campaign or a run. */
  id?: string;
}
type Topic = 'campaign' | 'run';
type Listener = (messages: LiveMessage[], reset: boolean) => void;

const SIGNED_OUT = 4401;
const POLL_MS = 15_000;
const SILENCE_MS = 75_000;
const BACKOFF_MS = [500, 1_000, 2_000, 5_000, 10_000, 20_000, 30_000];

let sequence = startAt(site.last_seq);
let socket: WebSocket | null = null;
let failures = 0;
let status: LiveStatus = 'connecting';
let catching: Promise<void> | null = null;
let pollTimer: ReturnType<typeof setTimeout> | undefined;
let silenceTimer: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<Listener>();
const watchers = new Set<(status: LiveStatus) => void>();
/** By `topic=id`, as the address of the socket names them. */
const followers = new Map<string, Set<() => void>>();

/** Hears every event in order, once. Returns how to stop. `reset` means: refetch everything. */
export function onLive(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function onStatus(watcher: (status: LiveStatus) => void): () => void {
  watchers.add(watcher);
  watcher(status);
  return () => watchers.delete(watcher);
}

/**
 * Hears that a campaign changed, and whenever a change may have been missed: with each connection,
 * and with each poll without one. Returns how to stop.
 */
export const onCampaign = (id: string, follower: () => void): (() => void) => follow('campaign', id, follower);

/** The same of a training run. */
export const onRun = (id: string, follower: () => void): (() => void) => follow('run', id, follower);

function follow(topic: Topic, id: string, follower: () => void): () => void {
  const name = `${topic}=${id}`;
  const known = followers.get(name) ?? new Set();
  followers.set(name, known.add(follower));
  if (known.size === 1) renew();
  return () => {
    known.delete(follower);
    if (!known.size) followers.delete(name);
  };
}

function tellFollowers(name?: string): void {
  for (const [followed, known] of followers) {
    if (name === undefined || name === followed) for (const follower of known) follower();
  }
}

function report(next: LiveStatus): void {
  if (next === status) return;
  status = next;
  for (const watcher of watchers) watcher(next);
}

function deliver(events: LiveEvent[], reset = false): void {
  if (!events.length && !reset) return;
  for (const listener of listeners) listener(events, reset);
}

function take(merged: Merge): void {
  sequence = merged.state;
  deliver(merged.deliver);
  if (merged.gap) void catchUp().catch(() => report('offline'));
}

/** The server no longer knows what was missed: everything is fetched afresh. */
function startOver(last: number): void {
  sequence = startAt(last);
  deliver([], true);
}

async function fetchMissed(): Promise<void> {
  const page = await request<EventPage>(`${API}/events?after=${sequence.last}`);
  if (page.reset) startOver(page.last);
  else take(settle(sequence, page.events, page.last));
}

/** Asks the server for what was missed; concurrent calls share one request. */
function catchUp(): Promise<void> {
  catching ??= fetchMissed().finally(() => (catching = null));
  return catching;
}

function isOpen(): boolean {
  return socket?.readyState === 1;
}

async function poll(): Promise<void> {
  try {
    await catchUp();
    report(isOpen() ? 'live' : 'polling');
    tellFollowers();
  } catch {
    report('offline');
  }
}

function keepPolling(): void {
  clearTimeout(pollTimer);
  pollTimer = setTimeout(async () => {
    if (isOpen()) return;
    await poll();
    keepPolling();
  }, POLL_MS);
}

function heardFromServer(): void {
  clearTimeout(silenceTimer);
  silenceTimer = setTimeout(() => socket?.close(), SILENCE_MS);
}

function receive(text: string): void {
  heardFromServer();
  const message = JSON.parse(text) as SocketMessage;
  if (message.type === 'ping') {
    // A hint may be lost on its way: the number of the last event says so.
    if ((message.seq ?? 0) > sequence.last) void catchUp().catch(() => report('offline'));
  } else if (message.type === 'hello') {
    failures = 0;
    report('live');
    if (message.reset) startOver(message.seq ?? 0);
    tellFollowers();
  } else if (message.type === 'campaign' || message.type === 'run') {
    tellFollowers(`${message.type}=${message.id}`);
  } else if (message.type === 'event' && message.seq !== undefined) {
    take(merge(sequence, [{ seq: message.seq, kind: message.kind ?? '', ids: message.ids ?? [] }]));
  }
}

function connect(): void {
  const followed = [...followers.keys()].map((name) => `&${name}`).join('');
  try {
    socket = new WebSocket(`${site.live_url}?after=${sequence.last}${followed}`);
  } catch {
    reconnectLater();
    return;
  }
  const own = socket;
  socket.onmessage = (event) => receive(String(event.data));
  socket.onclose = (event) => {
    if (socket !== own) return; // another took its place
    if (event.code === SIGNED_OUT) report('offline');
    else reconnectLater();
  };
}

/** Connects anew at once, when what is followed changed; a page that is not connected does so later. */
function renew(): void {
  if (!socket || socket.readyState > 1) return;
  const old = socket;
  connect();
  old.onmessage = null;
  old.close();
}

function reconnectLater(): void {
  clearTimeout(silenceTimer);
  const wait = BACKOFF_MS[Math.min(failures, BACKOFF_MS.length - 1)] as number;
  failures += 1;
  if (failures > 1) void poll();
  else report('connecting');
  keepPolling();
  setTimeout(connect, wait * (0.75 + Math.random() / 2));
}

/** Starts the connection of a signed-in page. */
export function startLive(): void {
  if (!site.user || !site.live_url) return;
  connect();
  keepPolling();
  addEventListener('online', () => void poll());
  addEventListener('offline', () => report('offline'));
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') void poll();
  });
}
