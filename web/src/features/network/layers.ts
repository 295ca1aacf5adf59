import type { Schema } from '@/api/client';

export const LAYERS = ['visited', 'active', 'credit'] as const;
export type Layer = (typeof LAYERS)[number];

/** The value of a layer in a part: a share in per cent, or points of credit; none where nothing is known or may be read. */
export function layerOf(part: Schema<'PartLayer'>, layer: Layer): number | undefined {
  if (layer === 'credit') return part.credit_tenths === null ? undefined : part.credit_tenths / 10;
  const some = part[layer];
  return some === null || part.outlets === 0 ? undefined : (some * 100) / part.outlets;
}
