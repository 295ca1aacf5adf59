import type { Tone } from '@/shared/ui/StatusTag';

/** How states of files look. */
export const TONES: Record<string, Tone> = { uploaded: 'plain', checked: 'info', refused: 'warn', loaded: 'good', withdrawn: 'plain' };

/** How deliveries look. */
export const ARRIVALS: Record<string, Tone> = { arrived: 'good', late: 'warn', missing: 'bad', pending: 'plain' };
