import type { Feature } from '@/shared/feature';

const feature: Feature = {
  routes: [
    { path: '/settlement', page: () => import('./BoardPage'), permission: 'settlement.read' },
    { path: '/settlement/periods/$month', page: () => import('./MonthPage'), permission: 'settlement.read' },
  ],
  nav: [{ group: 'settlement', order: 0, to: '/settlement', zh: '结算看板', en: 'Settlement board', permission: 'settlement.read' }],
};

export default feature;
