import type { Feature } from '@/shared/feature';

const feature: Feature = {
  routes: [{ path: '/settlement/disputes', page: () => import('./DisputesPage'), permission: 'statement.read' }],
  nav: [{ group: 'settlement', order: 45, to: '/settlement/disputes', zh: '酬金争议', en: 'Disputes', permission: 'statement.read' }],
};

export default feature;
