// Which colour helps to tell states apart; their words stand beside it.
import type { Tone } from '@/shared/ui/StatusTag';

export const COUNT_TONES: Record<string, Tone> = { open: 'plain', held: 'warn', yes: 'good', no: 'bad' };

export const VISIT_TONES: Record<string, Tone> = {
  planned: 'plain',
  in_progress: 'info',
  checked_out: 'info',
  reported: 'good',
  reviewed: 'good',
};

export const STEP_TONES: Record<string, Tone> = { done: 'good', skipped: 'warn', open: 'plain' };

export const VERDICT_TONES: Record<string, Tone> = { open: 'plain', passed: 'good', failed: 'bad' };

export const LEVEL_TONES: Record<string, Tone> = { away: 'bad', unknown: 'warn', fair: 'info', strong: 'good' };

export const STAND_TONES: Record<string, Tone> = { shelf: 'good', store: 'warn', missing: 'bad' };

export const PROMISE_TONES: Record<string, Tone> = { open: 'info', kept: 'good', broken: 'bad', released: 'plain' };

export const REMEDY_TONES: Record<string, Tone> = { open: 'info', done: 'good', dropped: 'plain' };

export const DIARY_TONES: Record<string, Tone> = { open: 'plain', sent: 'info', answered: 'good' };
