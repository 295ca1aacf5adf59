// States of partners and outlets and who looks after them, as console and phone show them alike.
import type { Tone } from './ui/StatusTag';

/** Tones of the states of partners and outlets. */
export const LIFE_TONES: Record<string, Tone> = {
  prospect: 'plain',
  applied: 'info',
  approved: 'info',
  active: 'good',
  suspended: 'warn',
  in_exit: 'warn',
  exited: 'plain',
  candidate: 'plain',
  preparing: 'info',
  open: 'good',
  paused: 'warn',
  closed: 'plain',
};

/** Whose turn it is with an outlet on a day. */
export function turnOf(keeper: { from: string; to: string | null }, today: string): 'now' | 'before' | 'later' {
  if (today < keeper.from) return 'later';
  return keeper.to !== null && keeper.to <= today ? 'before' : 'now';
}
