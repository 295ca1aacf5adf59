import type { Schema } from '@/api/client';
import type { Tone } from '@/shared/ui/StatusTag';

export type Check = Schema<'CheckView'>;
export type Draft = Schema<'DraftView'>;
export type DraftHead = Schema<'DraftHead'>;

/** How states look. */
export const TONES: Record<string, Tone> = {
  to_come: 'info',
  in_force: 'good',
  ended: 'plain',
  draft: 'plain',
  in_review: 'info',
  returned: 'warn',
  published: 'good',
  withdrawn: 'plain',
};
