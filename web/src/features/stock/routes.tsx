import type { Feature } from '@/shared/feature';

const permission = 'order.read';

const feature: Feature = {
  routes: [{ path: '/stock', page: () => import('./StockPage'), permission }],
  nav: [{ group: 'orders', order: 30, to: '/stock', zh: '号卡与终端库存', en: 'Stock by serial', permission }],
};

export default feature;
