import type { Schema } from '@/api/client';
import type { Tone } from '@/shared/ui/StatusTag';

export type Period = Schema<'PeriodView'>;

/** How states of months look. */
export const TONES: Record<string, Tone> = {
  open: 'plain',
  trial: 'info',
  submitted: 'warn',
  publishing: 'info',
  published: 'good',
  again: 'warn',
  closed: 'plain',
};
