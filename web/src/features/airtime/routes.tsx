import type { Feature } from '@/shared/feature';

const permission = 'terminal.read';

const feature: Feature = {
  routes: [
    { path: '/terminals', page: () => import('./TerminalsPage'), permission },
    { path: '/terminals/$serial', page: () => import('./TerminalPage'), permission },
    { path: '/top-up-days', page: () => import('./DaysPage'), permission },
    { path: '/top-up-days/$id', page: () => import('./DayPage'), permission },
  ],
  nav: [
    { group: 'orders', order: 40, to: '/terminals', zh: '空充机', en: 'Top-up terminals', permission },
    { group: 'orders', order: 45, to: '/top-up-days', zh: '空充对账', en: 'Top-up reconciliation', permission: 'terminal.manage' },
  ],
};

export default feature;
