// Exchanges, returns and repairs of handsets: what can be done to them, the same on both screens.
import { answer, http, ifMatch, onceHeader, type Schema } from '@/api/client';
import { refresh } from './acts';
import type { Tone } from './states';

export type ServiceRow = Schema<'ServiceRequest'>;

export const SERVICE_KINDS = ['exchange', 'return', 'repair'] as const;
export type ServiceKind = (typeof SERVICE_KINDS)[number];
export const SERVICE_STATES = ['asked', 'repairing', 'done', 'refused', 'withdrawn'] as const;
export const SERVICE_TONES: Record<string, Tone> = { asked: 'warn', repairing: 'info', done: 'good', refused: 'bad', withdrawn: 'plain' };

export const SERVICE_VERBS = ['agree', 'refuse', 'back', 'withdraw'] as const;
export type ServiceVerb = (typeof SERVICE_VERBS)[number];

/** What whoever decides may do: somebody else's request is agreed to or refused, and what is repaired comes back. */
export function decisions(row: ServiceRow): ServiceVerb[] {
  if (row.state === 'repairing') return ['back'];
  return row.state === 'asked' && !row.own ? ['agree', 'refuse'] : [];
}

/** What the counter may do: take back what it asked, and note that what was repaired is there again. */
export function ownActs(row: ServiceRow): ServiceVerb[] {
  if (row.state === 'repairing') return ['back'];
  return row.state === 'asked' && row.own ? ['withdraw'] : [];
}

/** What is asked for a handset. */
export interface ServiceAsked {
  kind: ServiceKind;
  serial: string;
  /** Of an exchange. */
  replacement: string;
  reason: string;
}

/** Asks for it; the number of the request. */
export async function ask(asked: ServiceAsked, key: string): Promise<string> {
  const params = { header: { 'Idempotency-Key': key } };
  const made = await answer<Schema<'ServiceMade'>>(
    http.POST('/api/v1/service-requests', { params, headers: onceHeader(key), body: asked }),
  );
  await refresh();
  return made.id;
}

/** Does it; throws what the server refuses. */
export async function serviceAct(verb: ServiceVerb, { id, version }: Pick<ServiceRow, 'id' | 'version'>, note = ''): Promise<void> {
  const to = { params: { path: { id }, header: { 'If-Match': `"${version}"` } }, headers: ifMatch(version) };
  const call = () => {
    switch (verb) {
      case 'agree':
        return http.POST('/api/v1/service-requests/{id}/agree', { ...to, body: { note } });
      case 'refuse':
        return http.POST('/api/v1/service-requests/{id}/refuse', { ...to, body: { note } });
      case 'back':
        return http.POST('/api/v1/service-requests/{id}/back', { ...to, body: { note } });
      case 'withdraw':
        return http.POST('/api/v1/service-requests/{id}/withdraw', to);
    }
  };
  await answer<unknown>(call());
  await refresh();
}
