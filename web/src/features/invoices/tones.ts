import type { Tone } from '@/shared/ui/StatusTag';

export const STATES = ['submitted', 'accepted', 'refused'] as const;

export const TONES: Record<string, Tone> = { submitted: 'warn', accepted: 'good', refused: 'plain' };
