// What the console and the phone do with guests and prospects alike.
import { answer, http, ifMatch, queries, type Schema } from '@/api/client';
import type { Tone } from './ui/StatusTag';

export type Guest = Schema<'EventGuest'>;
export type ProspectRow = Schema<'ProspectRow'>;

export const ANSWERS = ['yes', 'later', 'no'] as const;
export const OUTCOMES = ['open', 'signed', 'nurtured', 'lost'] as const;
export const STAGES = ['found', 'visited', 'negotiated', 'signed', 'opened', 'lost'] as const;

export const ANSWER_TONES: Record<string, Tone> = { open: 'plain', yes: 'good', no: 'bad', later: 'warn' };
export const OUTCOME_TONES: Record<string, Tone> = { open: 'info', signed: 'good', nurtured: 'warn', lost: 'plain' };
export const STAGE_TONES: Record<string, Tone> = {
  found: 'plain',
  visited: 'info',
  negotiated: 'info',
  signed: 'good',
  opened: 'good',
  lost: 'plain',
};

/** Digits of a division code. */
export const TERRITORY = /^(\d{2}|\d{4}|\d{6}|\d{9}|\d{12})$/;

const at = (event: string, guest: Guest) => ({ path: { id: event, guest: guest.id }, header: ifMatch(guest.version) });

/** Notes what a guest said on the phone. */
export async function confirmGuest(event: string, guest: Guest, said: string, note: string): Promise<void> {
  const body = { answer: said, note };
  await answer(http.POST('/api/v1/recruiting/events/{id}/guests/{guest}/answer', { params: at(event, guest), body }));
  await queries.invalidateQueries();
}

/** Takes a prospect to a later stage. */
export async function stepProspect(row: ProspectRow, to: string, note: string, outlet: string): Promise<void> {
  const params = { path: { id: row.id }, header: ifMatch(row.version) };
  await answer(http.POST('/api/v1/recruiting/prospects/{id}/stage', { params, body: { to, note, outlet } }));
  await queries.invalidateQueries();
}

/** A prospect as forms send it: what was left out is empty. */
export const prospectBody = (
  typed: Partial<Record<'name' | 'company' | 'territory' | 'tier' | 'plan' | 'phone' | 'licence', string>>,
): Schema<'ProspectSent'> => ({
  name: typed.name?.trim() ?? '',
  company: typed.company?.trim() ?? '',
  territory: typed.territory?.trim() ?? '',
  tier: typed.tier ?? '',
  plan: typed.plan ?? '',
  phone: typed.phone?.trim() ?? '',
  licence: typed.licence?.trim() ?? '',
});

/** Lines of `name, company, phone, mail`, as they are pasted; the number of the first line without a name. */
export function guestLines(text: string): { guests: Schema<'GuestSent'>[]; wrong?: number } {
  const lines = text.split('\n').map((line) => line.trim());
  const guests: Schema<'GuestSent'>[] = [];
  for (const [index, line] of lines.entries()) {
    if (!line) continue;
    const [name = '', company = '', phone = '', mail = ''] = line.split(/[,，\t]/).map((part) => part.trim());
    if (name.length < 2) return { guests, wrong: index + 1 };
    guests.push({ name, company, phone, mail });
  }
  return { guests };
}
