import type { Feature } from '@/shared/feature';

const permission = 'distribution.read';

const feature: Feature = {
  routes: [
    { path: '/distribution/shelves', page: () => import('./ShelvesPage'), permission },
    { path: '/distribution/stock', page: () => import('./StockPage'), permission },
    { path: '/distribution/reach', page: () => import('./ReachPage'), permission },
    { path: '/distribution/assortment', page: () => import('./AssortmentPage'), permission },
    { path: '/distribution/risks', page: () => import('./RisksPage'), permission },
    { path: '/distribution/orders', page: () => import('./OrdersPage'), permission },
    { path: '/distribution/push', page: () => import('./PushPage'), permission },
    { path: '/distribution/outlets/$code/proposal', page: () => import('./ProposalPage'), permission },
  ],
  nav: [
    { group: 'field', order: 300, to: '/distribution/shelves', zh: '上柜情况', en: 'Models on shelf', permission },
    { group: 'field', order: 310, to: '/distribution/stock', zh: '机型库存', en: 'Stock of models', permission },
    { group: 'field', order: 320, to: '/distribution/orders', zh: '机型订货', en: 'Orders of models', permission },
    { group: 'field', order: 330, to: '/distribution/risks', zh: '分销风险', en: 'Listing risks', permission },
    { group: 'field', order: 340, to: '/distribution/reach', zh: '分销深度与宽度', en: 'Depth and width', permission },
    { group: 'field', order: 350, to: '/distribution/assortment', zh: '上柜组合', en: 'Assortments', permission },
    { group: 'field', order: 360, to: '/distribution/push', zh: '主推链', en: 'Chain of main push', permission },
  ],
};

export default feature;
