import type { Feature } from '@/shared/feature';

const feature: Feature = {
  routes: [{ path: '/payments', page: () => import('./PaymentsPage'), permission: 'payment.read' }],
  nav: [{ group: 'settlement', order: 50, to: '/payments', zh: '付款', en: 'Payments', permission: 'payment.read' }],
};

export default feature;
