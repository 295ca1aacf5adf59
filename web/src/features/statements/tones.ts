import type { Tone } from '@/shared/ui/StatusTag';

export const STATES = ['published', 'disputed', 'confirmed', 'in_payment', 'paid'];

export const TONES: Record<string, Tone> = { published: 'info', disputed: 'warn', confirmed: 'good', in_payment: 'info', paid: 'good' };
