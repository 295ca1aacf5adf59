// When things are sent: as soon as the network is back, every half minute, after every change, and on demand. One page of the phone sends at a time.
import { queries } from '@/api/client';
import { isApiError } from '@/api/errors';
import { onChange } from './box';
import { unsentOf, type Unsent, total } from './draft';
import { device } from './ids';
import { forgetOthers, kept } from './kept';
import type { Setup } from './records';
import { server } from './server';
import { retry, sendAll } from './sync';

/** What changes with every visit: queries whose key begins so. */
export const LIVE = ['field', 'live'];

/** How long after a change, and how often at least. */
const AFTER_MS = 4_000;
const EVERY_MS = 30_000;
/** What holds until the phone was prepared once. */
const FIRST = { writes: 200, part: 256 * 1024 };

export interface Sending {
  busy: boolean;
  unsent: Unsent;
  /** When everything was last with the server; the clock of the phone. */
  doneAt?: number;
  /** Why it stopped; none for a missing network. */
  trouble?: string;
}

let owner = '';
let state: Sending = { busy: false, unsent: { writes: 0, photos: 0, others: 0, refused: 0 } };
let later = 0;
const listeners = new Set<() => void>();

function tell(patch: Partial<Sending>): void {
  state = { ...state, ...patch };
  for (const listener of listeners) listener();
}

export const sendingNow = (): Sending => state;

export function onSending(listener: () => void): () => void {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

async function count(): Promise<void> {
  if (owner) tell({ unsent: await unsentOf(owner) });
}

/** One page at a time, where the browser has locks. */
async function alone(run: () => Promise<void>): Promise<void> {
  if (!('locks' in navigator)) return run();
  await navigator.locks.request('qudao-field-send', { ifAvailable: true }, async (lock) => {
    if (lock) await run();
  });
}

/** Sends what waits. `again` tries what was refused, too. */
export async function sendNow(again = false): Promise<void> {
  if (!owner || state.busy || !navigator.onLine) return;
  const who = owner;
  tell({ busy: true, trouble: undefined });
  try {
    if (again) await retry(who);
    const before = total(await unsentOf(who));
    const limits = (await kept<Setup>(who, 'setup'))?.data.limits;
    const rules = {
      device: await device(),
      writes: Math.min(limits?.writes ?? FIRST.writes, FIRST.writes),
      part: Math.min(limits?.part_bytes ?? FIRST.part, FIRST.part),
    };
    await alone(() => sendAll(who, server, rules));
    const unsent = await unsentOf(who);
    if (before > 0 && total(unsent) === 0) tell({ doneAt: Date.now() });
    if (total(unsent) !== before) await queries.invalidateQueries({ queryKey: LIVE });
  } catch (error) {
    if (!isApiError(error) || !error.offline) tell({ trouble: isApiError(error) ? error.message : String(error) });
  } finally {
    tell({ busy: false });
    await count();
  }
}

/** Whether anything could leave that was not refused. */
const waiting = () => total(state.unsent) > state.unsent.refused;

/** Begins to send for whoever is signed in; goes on as long as the page is open. */
export function startSending(login: string): void {
  if (owner === login) return;
  const first = owner === '';
  owner = login;
  void forgetOthers(login);
  void count().then(() => sendNow());
  if (!first) return;
  onChange(() => {
    void count().then(() => {
      if (state.busy || !waiting()) return;
      clearTimeout(later);
      later = window.setTimeout(() => void sendNow(), AFTER_MS);
    });
  });
  addEventListener('online', () => void sendNow());
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && void sendNow());
  setInterval(() => waiting() && void sendNow(), EVERY_MS);
}
