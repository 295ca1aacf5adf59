// What can be done to an order, the same on both screens. Each is one call of the server, which repeats nothing under the same key.
import { answer, http, ifMatch, onceHeader, queries, type Schema } from '@/api/client';

export type Whole = Schema<'OrderWhole'>;
export type Acted = Schema<'OrderActed'>;

/** Acts that pages offer as buttons of an order; a draft is carried on in its own form. */
export const VERBS = ['accept', 'finish', 'fail', 'cancel', 'reverse', 'terminate'] as const;
export type Verb = (typeof VERBS)[number];

/** Verbs that take something away. */
export const GRAVE: readonly Verb[] = ['cancel', 'reverse', 'terminate'];

/** What a verb asks for. */
export interface Said {
  /** Number of the business system. */
  systemNo?: string;
  /** Part of the work. */
  part?: string;
  note?: string;
  reason?: string;
}

/** The verbs the server offers, in the order of pages. */
export const offered = (acts: readonly string[]): Verb[] => VERBS.filter((verb) => acts.includes(verb));

/** Parts that are still to be done. */
export const openTasks = (whole: Whole): Schema<'OrderTask'>[] => whole.tasks.filter((task) => task.progress !== 'done');

interface Seen {
  id: string;
  version: number;
  key: string;
}

/** What names an act for the server. */
export const named = ({ id, version, key }: Seen) => ({
  params: { path: { id }, header: { 'If-Match': `"${version}"`, 'Idempotency-Key': key } },
  headers: { ...ifMatch(version), ...onceHeader(key) },
});

/** Does it. */
export async function act(verb: Verb, seen: Seen, said: Said): Promise<Acted> {
  const to = named(seen);
  const done = await answer<Acted>(call(verb, to, said));
  await refresh();
  return done;
}

function call(verb: Verb, to: ReturnType<typeof named>, said: Said): Promise<{ data?: Acted }> {
  const { systemNo = '', part = '', note = '', reason = '' } = said;
  switch (verb) {
    case 'accept':
      return http.POST('/api/v1/orders/{id}/accept', { ...to, body: { system_no: systemNo.trim() } });
    case 'finish':
    case 'fail':
      return http.POST('/api/v1/orders/{id}/tasks', { ...to, body: { part, done: verb === 'finish', note } });
    case 'cancel':
      return http.POST('/api/v1/orders/{id}/cancel', { ...to, body: { reason } });
    case 'reverse':
      return http.POST('/api/v1/orders/{id}/reverse', { ...to, body: { reason } });
    case 'terminate':
      return http.POST('/api/v1/orders/{id}/terminate', { ...to, body: { reason } });
  }
}

/** Has lists, counts and records of orders read anew. */
export async function refresh(): Promise<void> {
  await queries.invalidateQueries({
    predicate: ({ queryKey: [first, second] }) =>
      (first === 'table' && /^(orders|slips|stock|service)$/.test(String(second))) ||
      (first === 'get' && /\/(orders|slips|stock|service-requests)\b/.test(String(second))),
  });
}
