// Roadshow units as both builds show them.
import { answer, http, ifMatch, queries, type Schema } from '@/api/client';

export type RoadshowWhole = Schema<'RoadshowWhole'>;
export type RoadshowUnit = Schema<'RoadshowUnit'>;
export type RoadshowStop = Schema<'RoadshowStop'>;

export const ROADSHOW_STATES = ['booked', 'departed', 'closed', 'cancelled'] as const;

const TONES = { booked: 'info', departed: 'warn', closed: 'good', cancelled: 'plain' } as const;
export const stateTone = (state: string) => TONES[state as keyof typeof TONES];

const LEVELS = { strong: 'good', fair: 'info', unknown: 'plain', away: 'bad' } as const;
export const levelTone = (level: string) => LEVELS[level as keyof typeof LEVELS];

/** What can be done to a unit, in the order it is done. */
export const VERBS = ['check', 'approve', 'depart', 'close', 'cancel'] as const;
export type Verb = (typeof VERBS)[number];

export const offered = (may: readonly string[]): Verb[] => VERBS.filter((verb) => may.includes(verb));

interface Given {
  counted?: Record<string, number>;
  reason?: string;
}

/** Does one of them. */
export async function act(verb: Verb, { id, version }: Pick<RoadshowUnit, 'id' | 'version'>, { counted = {}, reason = '' }: Given = {}) {
  const params = { path: { id }, header: ifMatch(version) };
  if (verb === 'check') await answer(http.POST('/api/v1/field/roadshows/{id}/check', { params, body: { counted } }));
  if (verb === 'approve') await answer(http.POST('/api/v1/field/roadshows/{id}/approve', { params, body: { reason } }));
  if (verb === 'depart') await answer(http.POST('/api/v1/field/roadshows/{id}/depart', { params }));
  if (verb === 'close') await answer(http.POST('/api/v1/field/roadshows/{id}/close', { params }));
  if (verb === 'cancel') await answer(http.POST('/api/v1/field/roadshows/{id}/cancel', { params, body: { reason } }));
  await queries.invalidateQueries();
}
