// What the pages of distribution share.
import { queries, type Schema } from '@/api/client';
import type { Tone } from '@/shared/ui/StatusTag';

export type Shelf = Schema<'OutletShelfRow'>;
export type Stock = Schema<'ModelStockRow'>;
export type Assorted = Schema<'AssortmentRow'>;
export type Risk = Schema<'ListingRiskRow'>;
export type Order = Schema<'ModelOrderRow'>;
export type Proposal = Schema<'OrderProposal'>;
export type PushChain = Schema<'PushChainRow'>;

export const ROLES = ['must', 'main', 'optional', 'banned', 'none'] as const;
export const ROLE_TONES: Record<string, Tone> = { must: 'info', main: 'good', optional: 'plain', banned: 'bad', none: 'plain' };
export const SHOWN_TONES: Record<string, Tone> = { shelf: 'good', store: 'warn', missing: 'bad' };
export const ODD = ['low', 'high', 'still', 'rise', 'negative'] as const;
export const CAUSES = ['stock', 'display', 'leaving', 'support'] as const;
export const ORDER_TONES: Record<string, Tone> = { sent: 'info', received: 'good', dropped: 'plain' };
export const LEVELS = ['dealer', 'store', 'counter', 'clerk'] as const;
export const FACTORS = ['brand', 'gain', 'decider', 'relation', 'support', 'knowledge'] as const;

/** Hundredths of a percent, as people read it. */
export const percent = (share: number | null | undefined) =>
  share === null || share === undefined ? '—' : `${(share / 100).toFixed(1)} %`;

/** Has everything of distribution read anew. */
export async function refresh(): Promise<void> {
  await queries.invalidateQueries({
    predicate: ({ queryKey: [first, second] }) =>
      (first === 'table' && /^(shelves|model-stock|model-orders|listing-risks|push-chains)$/.test(String(second))) ||
      (first === 'get' && String(second).includes('/distribution/')),
  });
}
