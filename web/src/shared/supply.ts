// Orders of handsets: their states, what one may do with them, and the calls both builds make.
import { answer, http, ifMatch, onceHeader, queries, type Schema } from '@/api/client';
import type { Tone } from './orders/states';

export type Supply = Schema<'SupplyRow'>;
export type SupplyWhole = Schema<'SupplyWhole'>;
export type Offer = Schema<'SupplyOffer'>;

export const SUPPLY_STATES = ['placed', 'confirmed', 'shipped', 'received', 'refused', 'cancelled'] as const;
export const SUPPLY_TONES: Record<string, Tone> = {
  placed: 'warn',
  confirmed: 'info',
  shipped: 'info',
  received: 'good',
  refused: 'bad',
  cancelled: 'plain',
};
export const PIECE_TONES: Record<string, Tone> = { shipped: 'info', received: 'good', missing: 'bad', asked: 'warn', returned: 'plain' };
export const RETURN_TONES: Record<string, Tone> = { asked: 'warn', taken: 'good', refused: 'bad' };

/** What an order offers, the usual ones first. */
export const SUPPLY_VERBS = ['confirm', 'ship', 'receive', 'return', 'call_back', 'refuse', 'cancel'] as const;
export type SupplyVerb = (typeof SUPPLY_VERBS)[number];
/** Those that have to be given a reason. */
export const REASONED: readonly SupplyVerb[] = ['refuse', 'cancel', 'call_back', 'return'];
/** Those that end or undo something. */
export const GRAVE: readonly SupplyVerb[] = ['refuse', 'cancel', 'call_back'];

/** Those an order offers, in their order. */
export const offered = (may: readonly string[]): SupplyVerb[] => SUPPLY_VERBS.filter((verb) => may.includes(verb));

/** What goes with a verb. */
export interface Given {
  note?: string;
  promised_on?: string;
  /** Those that go out, that are missing, or that are to go back. */
  serials?: string[];
}

export interface Target {
  id: string;
  version: number;
  /** Kept as long as the same thing is tried. */
  key: string;
}

const header = ({ version, key }: Target) =>
  ({ ...ifMatch(version), ...onceHeader(key) }) as { 'If-Match': string; 'Idempotency-Key': string };

/** Does it; throws what the server refuses. */
export async function act(verb: SupplyVerb, target: Target, { note = '', promised_on = '', serials = [] }: Given): Promise<void> {
  const params = { path: { id: target.id }, header: header(target) };
  const call = () => {
    switch (verb) {
      case 'confirm':
        return http.POST('/api/v1/supply/orders/{id}/confirm', { params, body: { promised_on } });
      case 'ship':
        return http.POST('/api/v1/supply/orders/{id}/ship', { params, body: { serials } });
      case 'receive':
        return http.POST('/api/v1/supply/orders/{id}/receive', { params, body: { serials } });
      case 'return':
        return http.POST('/api/v1/supply/orders/{id}/returns', { params, body: { serials, reason: note } });
      case 'call_back':
        return http.POST('/api/v1/supply/orders/{id}/call-back', { params, body: { note } });
      case 'refuse':
        return http.POST('/api/v1/supply/orders/{id}/refuse', { params, body: { note } });
      case 'cancel':
        return http.POST('/api/v1/supply/orders/{id}/cancel', { params, body: { note } });
    }
  };
  await answer<unknown>(call());
  await refresh();
}

/** Decides a return somebody else asked for. */
export async function decide(verdict: 'take' | 'refuse', target: Target, note: string): Promise<void> {
  const params = { path: { id: target.id }, header: header(target) };
  const call = () =>
    verdict === 'take'
      ? http.POST('/api/v1/supply/returns/{id}/take', { params })
      : http.POST('/api/v1/supply/returns/{id}/refuse', { params, body: { note } });
  await answer<unknown>(call());
  await refresh();
}

/** Has orders, offers and returns read anew. */
export async function refresh(): Promise<void> {
  await queries.invalidateQueries({
    predicate: ({ queryKey: [first, second] }) =>
      (first === 'table' && String(second).startsWith('supply')) || (first === 'get' && String(second).includes('/supply/')),
  });
}

/** Serials as somebody types or pastes them. */
export const serialsOf = (typed: string): string[] => typed.split(/[\s,，;；]+/).filter(Boolean);

/** Whether an order is paid: it was invoiced, and nothing of it is open. */
export const isPaid = (row: Supply): boolean => row.invoice !== '' && row.open !== null && row.open <= 0;
