// States of an application, and how urgent they look; both kits know these tones.
export const STATES = ['draft', 'in_review', 'returned', 'taken_back', 'executing', 'approved', 'rejected', 'cancelled'] as const;

export const TONES: Record<string, 'plain' | 'info' | 'good' | 'warn' | 'bad'> = {
  draft: 'plain',
  in_review: 'info',
  returned: 'warn',
  taken_back: 'warn',
  executing: 'info',
  approved: 'good',
  rejected: 'bad',
  cancelled: 'plain',
};

export const BOXES = ['todo', 'done', 'mine', 'copied', 'all'] as const;
export type Box = (typeof BOXES)[number];
