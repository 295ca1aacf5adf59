import type { Tone } from '@/shared/ui/StatusTag';

export const EVENT_TONES: Record<string, Tone> = { preparing: 'info', held: 'warn', closed: 'good', cancelled: 'plain' };
export const TASK_TONES: Record<string, Tone> = { open: 'info', done: 'good', dropped: 'plain' };
export const DELIVERY_TONES: Record<string, Tone> = { none: 'plain', queued: 'info', sent: 'good', failed: 'bad', by_hand: 'good' };
export const ENQUIRY_TONES: Record<string, Tone> = { new: 'warn', contacted: 'info', prospect: 'good', closed: 'plain' };
