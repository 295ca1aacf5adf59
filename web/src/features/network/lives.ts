// What the pages of lives, candidates, exits and onboarding decide for themselves; everything else the server says.
import type { Schema } from '@/api/client';
import type { Tone } from '@/shared/ui/StatusTag';

export type Who = 'partner' | 'outlet';
export type Life = Schema<'LifeView'>;
export type Twin = Schema<'TwinView'>;

/** Tones of the stages of an exit. */
export const EXIT_TONES: Record<string, Tone> = { opened: 'info', notice: 'info', clearing: 'warn', settled: 'good', closed: 'plain' };

/** States a candidate may be in, in the order it goes through them. */
export const CANDIDATE_STATES: Record<Who, readonly string[]> = {
  partner: ['prospect', 'applied', 'approved', 'exited'],
  outlet: ['candidate', 'preparing', 'closed'],
};

/** Steps after which there is no way back. */
export const endsIt = (to: string): boolean => to === 'exited' || to === 'closed';

/** How much more than before, as a share; nothing where there was nothing before. */
export const growth = (now: number, before: number): number | undefined => (before > 0 ? (now - before) / before : undefined);

/** Records that may be the same, each with all that speaks for it, what weighs most first. */
export function twinRecords(twins: readonly Twin[]): { noun: string; code: string; reasons: Twin[] }[] {
  const found = new Map<string, { noun: string; code: string; reasons: Twin[] }>();
  for (const twin of twins) {
    const key = `${twin.noun} ${twin.code}`;
    const record = found.get(key) ?? { noun: twin.noun, code: twin.code, reasons: [] };
    record.reasons.push(twin);
    found.set(key, record);
  }
  return [...found.values()].sort((a, b) => weight(b.reasons) - weight(a.reasons));
}

/** A number is shared by chance more seldom than a name or a place. */
const WEIGHTS: Record<string, number> = { licence: 8, person: 8, account: 8, phone: 4, name: 3, sound: 1, near: 1 };

const weight = (reasons: readonly Twin[]) => reasons.reduce((sum, one) => sum + (WEIGHTS[one.why] ?? 1), 0);

/** What is typed of a candidate, as far as duplicates are looked for by it. */
export interface Asked {
  who: Who;
  code?: string;
  name?: string;
  territory?: string;
  licence?: string;
  person?: string;
  phone?: string;
}

const some = (text?: string) => text?.trim() || undefined;

/** As the server is asked; nothing while there is too little to look for. */
export function twinsAsked(asked: Asked): Schema<'TwinsAsked'> | undefined {
  const [name, territory] = [some(asked.name), some(asked.territory)];
  if (!name || !territory) return undefined;
  const numbers = { licence: some(asked.licence), person: some(asked.person), phone: some(asked.phone) };
  return { who: asked.who, code: some(asked.code) ?? '', name, territory, ...numbers };
}

/** A division code. */
export const TERRITORY = /^\d{6,12}$/;

/** What is not zero among what stands in the way of an exit. */
export const notZero = (balances: readonly Schema<'ExitBalance'>[]): Schema<'ExitBalance'>[] =>
  balances.filter((balance) => balance.left.length > 0);

/** Something to be looked for on the blacklist; nothing where nothing was typed. */
export function checkAsked(typed: Partial<Record<keyof Schema<'BlacklistCheck'>, string>>): Schema<'BlacklistCheck'> | undefined {
  const given = Object.entries(typed).flatMap(([key, text]) => (some(text) ? [[key, some(text)]] : []));
  return given.length > 0 ? (Object.fromEntries(given) as Schema<'BlacklistCheck'>) : undefined;
}

/** The form of flow `bulk_onboarding` for a file that was checked. */
export const onboardingForm = (checked: Schema<'OnboardingChecked'>, from: string): Record<string, string> => ({
  batch: checked.batch,
  outlets: String(checked.outlets),
  clerks: String(checked.clerks),
  contacts: String(checked.contacts),
  from_day: from,
});
