import type { Feature } from '@/shared/feature';

const permission = 'order.read';

const feature: Feature = {
  routes: [{ path: '/slips', page: () => import('./SlipsPage'), permission }],
  nav: [{ group: 'orders', order: 20, to: '/slips', zh: '回单', en: 'Slips', permission }],
};

export default feature;
