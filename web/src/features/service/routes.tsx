import type { Feature } from '@/shared/feature';

const permission = 'order.read';

const feature: Feature = {
  routes: [{ path: '/service', page: () => import('./ServicePage'), permission }],
  nav: [{ group: 'orders', order: 25, to: '/service', zh: '包换退货维修', en: 'Exchanges and repairs', permission }],
};

export default feature;
