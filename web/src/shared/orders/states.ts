// States of orders, slips and stock, and what colour helps to tell them apart; their names come from the server.

export type Tone = 'plain' | 'info' | 'good' | 'warn' | 'bad';

export const ORDER_TONES: Record<string, Tone> = {
  draft: 'plain',
  submitted: 'info',
  accepted: 'info',
  activated: 'info',
  effective: 'good',
  cancelled: 'plain',
  reversed: 'bad',
  terminated: 'warn',
};

export const SLIP_TONES: Record<string, Tone> = { due: 'warn', returned: 'info', ok: 'good', rejected: 'bad', lost: 'bad' };

export const STOCK_TONES: Record<string, Tone> = {
  stock: 'good',
  moving: 'info',
  sold: 'info',
  repair: 'warn',
  returned: 'plain',
  recalled: 'warn',
  lost: 'bad',
};

export const TASK_TONES: Record<string, Tone> = { open: 'warn', failed: 'bad', done: 'good' };

export const STATES = ['draft', 'submitted', 'accepted', 'activated', 'effective', 'cancelled', 'reversed', 'terminated'] as const;

/** States of a kind, as the list takes them. */
export const GROUPS = {
  open: 'draft,submitted,accepted,activated',
  effective: 'effective',
  ended: 'cancelled,reversed,terminated',
} as const;

/** What was taken back after it took effect. */
export const TAKEN_BACK = 'reversed,terminated';

/** The states of a life that goes well. */
export const LIFE = ['draft', 'submitted', 'accepted', 'activated', 'effective'] as const;

/** How far a life has come: its step, and after the last one for what was effective once. */
export function stepOf(state: string, effectiveOn: string | null): number {
  const step = LIFE.findIndex((one) => one === state);
  if (step >= 0) return step;
  return effectiveOn ? LIFE.length - 1 : 0;
}
