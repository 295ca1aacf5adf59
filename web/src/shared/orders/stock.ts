// Sums of cards, numbers and handsets: what was allocated is somewhere.
import type { Schema } from '@/api/client';

export type OfKind = Schema<'StockOfKind'>;

export const STATES = ['stock', 'moving', 'sold', 'repair', 'returned', 'recalled', 'lost'] as const;
export type StockState = (typeof STATES)[number];

/** What is allocated and in no state: 0 where the sums are right. */
export const missing = (row: OfKind): number => row.allocated - STATES.reduce((sum, state) => sum + row[state], 0);

/** Where pieces can be moved to. */
export const MOVES = ['stock', 'returned', 'recalled', 'lost'] as const;
export type Move = (typeof MOVES)[number];

/** Why pieces cannot be moved together; nothing where they can. */
export function unmovable(rows: readonly Schema<'StockPiece'>[], to: Move): 'mixed' | 'sold' | 'repair' | 'there' | undefined {
  if (new Set(rows.map((row) => row.kind)).size > 1) return 'mixed';
  if (rows.some((row) => row.state === 'sold')) return 'sold';
  if (rows.some((row) => row.state === 'repair')) return 'repair';
  if (rows.some((row) => row.state === to)) return 'there';
  return undefined;
}

/** How many pieces a segment has; nothing where it is none. */
export function pieces(first: string, last: string): number | undefined {
  const plain = /^\d{5,22}$/;
  if (!plain.test(first) || !plain.test(last) || first.length !== last.length) return undefined;
  const many = BigInt(last) - BigInt(first) + 1n;
  return many >= 1n && many <= 20_000n ? Number(many) : undefined;
}
