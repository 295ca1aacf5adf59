import type { Feature } from '@/shared/feature';

const permission = 'order.read';

const feature: Feature = {
  routes: [
    { path: '/orders', page: () => import('./OrdersPage'), permission },
    { path: '/orders/$id', page: () => import('./OrderPage'), permission },
  ],
  nav: [{ group: 'orders', order: 10, to: '/orders', zh: '订单', en: 'Orders', permission }],
};

export default feature;
