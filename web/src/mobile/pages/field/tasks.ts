// Calls, promises and the diary, written without a network too: each waits as a task under its own id and leaves when the server has it.
import { all, change, put } from './box';
import { ulid } from './ids';
import type { Server } from './sync';

export interface PutOff {
  record: string;
  to: string;
  reason: string;
}

/** A call with its minute; an appointment where one was made. */
export interface CallWish {
  id: string;
  outlet: string;
  outletName: string;
  name: string;
  outcome: 'reached' | 'no_answer' | 'declined';
  minute: string;
  /** By the phone's clock. */
  at_us: number;
  meet_on: string | null;
}

export type Wish =
  | { kind: 'call'; call: CallWish }
  | { kind: 'promise'; promise: { id: string; outlet: string; outletName: string; visit: string | null; text: string; due_on: string } }
  | { kind: 'close'; promise: string; text: string; version: number; to: 'kept' | 'broken' | 'released'; reason: string }
  | { kind: 'diary'; day: string; version: number; put_off: PutOff[]; note: string };

export interface Task {
  id: string;
  owner: string;
  wish: Wish;
  /** Why the server did not take it. */
  refused?: string;
}

export const tasksOf = (owner: string): Promise<Task[]> => all<Task>('task', owner);

/** The order of sending: calls first, promises are made before they are closed, and the day is closed last. */
const RANK = { call: '0', promise: '1', close: '2', diary: '3' };

function tailOf(wish: Wish): string {
  if (wish.kind === 'call') return wish.call.id;
  if (wish.kind === 'promise') return wish.promise.id;
  return wish.kind === 'close' ? wish.promise : wish.day;
}

/** Keeps something to be sent. A day waits once: its last words hold. */
export async function keepTask(owner: string, wish: Wish): Promise<void> {
  const tail = tailOf(wish);
  const id = `${RANK[wish.kind]} ${tail || ulid()}`;
  const task: Task = { id, owner, wish };
  await put(['task', owner, id], task);
}

/** Takes something back that was not sent. */
export const dropTask = (task: Task): Promise<void> => change(async (tx) => tx.del(['task', task.owner, task.id]));

/** Sends one; it leaves unless something else was written in its place meanwhile. */
export async function send(task: Task, server: Pick<Server, 'task'>): Promise<void> {
  await server.task(task);
  await change(async (tx) => {
    const now = await tx.get<Task>('task', task.owner, task.id);
    if (JSON.stringify(now?.wish) === JSON.stringify(task.wish)) tx.del(['task', task.owner, task.id]);
  });
}
