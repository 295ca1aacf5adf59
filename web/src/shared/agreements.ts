// What the console and the phone show of agreements alike.
import type { Schema } from '@/api/client';

export type AgreementRow = Schema<'AgreementRow'>;
export type DraftRow = Schema<'DraftRow'>;
export type SignatureView = Schema<'SignatureView'>;

/** States of agreements, in the order of their tabs. */
export const AGREEMENT_STATES = ['expiring', 'active', 'coming', 'renewed', 'ended'] as const;

export const AGREEMENT_TONES: Record<string, 'plain' | 'info' | 'good' | 'warn' | 'bad'> = {
  coming: 'info',
  active: 'good',
  expiring: 'warn',
  renewed: 'good',
  ended: 'plain',
  draft: 'plain',
  sent: 'info',
  dropped: 'plain',
};

/** Both sides, the operator first. */
export const SIDES = ['us', 'partner'] as const;

/** The side that a draft on its way still waits for; none where it is signed or not sent. */
export const unsignedSide = (draft: DraftRow): (typeof SIDES)[number] | undefined =>
  draft.state === 'sent' && !draft.in_force ? SIDES.find((side) => !draft.signed.includes(side)) : undefined;
