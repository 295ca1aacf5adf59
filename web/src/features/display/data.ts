// What the pages of display share.
import { queries, upload, type Schema } from '@/api/client';
import type { Tone } from '@/shared/ui/StatusTag';

export type Correction = Schema<'CorrectionRow'>;
export type Pop = Schema<'PopRow'>;
export type DisplayAgreement = Schema<'DisplayAgreementRow'>;
export type Recall = Schema<'RecallRow'>;
export type RecallTask = Schema<'RecallTaskRow'>;
export type PlanRow = Schema<'PlacementPlanRow'>;
export type PlanLine = Schema<'PlacementPlanLine'>;
export type PlanWhole = Schema<'PlacementPlanWhole'>;
export type Agency = Schema<'AdAgencyRow'>;
export type Job = Schema<'DisplayJobRow'>;
export type Launch = Schema<'ProductLaunch'>;
export type LaunchTask = Schema<'LaunchTaskRow'>;
export type Rescore = Schema<'RescoreRow'>;

export const CORRECTION_TONES: Record<string, Tone> = { open: 'warn', fixed: 'info', verified: 'good', released: 'plain' };
export const POP_STATES = ['placed', 'approved', 'in_production', 'recalled', 'lost', 'cancelled'] as const;
export const POP_TONES: Record<string, Tone> = {
  approved: 'info',
  in_production: 'info',
  placed: 'good',
  recalled: 'plain',
  lost: 'bad',
  cancelled: 'plain',
};
export const ALERTS = ['unchecked', 'damaged', 'no_agreement', 'outdated'] as const;
export const AGREEMENT_STATES = ['signed', 'draft', 'ended'] as const;
export const PLAN_STATES = ['draft', 'submitted', 'approved', 'ended'] as const;
export const PLAN_TONES: Record<string, Tone> = { draft: 'plain', submitted: 'warn', approved: 'good', ended: 'plain' };
export const JOB_STATES = ['quoting', 'chosen', 'inspected', 'cancelled'] as const;
export const JOB_TONES: Record<string, Tone> = { quoting: 'warn', chosen: 'info', inspected: 'good', cancelled: 'plain' };
export const RESCORE_STATES = ['drawn', 'differs', 'answered', 'agreed'] as const;
export const RESCORE_TONES: Record<string, Tone> = { drawn: 'warn', differs: 'bad', answered: 'info', agreed: 'good' };
export const HOLDER_TONES: Record<string, Tone> = { us: 'good', both: 'info', competitor: 'bad', empty: 'warn' };

/** Endings of pictures, and the largest of them. */
export const PICTURES = '.jpg,.jpeg,.png,.webp';
export const MOST_BYTES = 8 << 20;

export const photoAt = (sha256: string) => `/api/v1/display/photos/${sha256}`;

/** Brings a picture; its name is its hash. */
export async function bring(file: Blob): Promise<string> {
  const kept = (await upload('/api/v1/display/photos', file, { 'Content-Type': 'application/octet-stream' })) as { sha256: string };
  return kept.sha256;
}

/** Has everything of display read anew. */
export async function refresh(): Promise<void> {
  await queries.invalidateQueries({
    predicate: ({ queryKey: [first, second] }) =>
      (first === 'table' && /^(corrections|pop|display-agreements|placement-plans|display-jobs|rescores)$/.test(String(second))) ||
      (first === 'get' && String(second).includes('/display/')),
  });
}
