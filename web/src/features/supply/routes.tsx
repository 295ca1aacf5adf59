import type { Feature } from '@/shared/feature';

const permission = 'supply.read';

const feature: Feature = {
  routes: [
    { path: '/supply', page: () => import('./SupplyPage'), permission },
    { path: '/supply/orders/$id', page: () => import('./OrderPage'), permission },
    { path: '/supply/offers', page: () => import('./OffersPage'), permission },
    { path: '/supply/returns', page: () => import('./ReturnsPage'), permission },
  ],
  nav: [
    { group: 'orders', order: 32, to: '/supply', zh: '终端供货', en: 'Handset supply', permission },
    { group: 'orders', order: 34, to: '/supply/offers', zh: '供货报价', en: 'Supply offers', permission },
    { group: 'orders', order: 36, to: '/supply/returns', zh: '终端退货', en: 'Handset returns', permission: 'supply.handle' },
  ],
};

export default feature;
