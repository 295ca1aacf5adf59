import type { Feature } from '@/shared/feature';

const permission = 'receivable.read';

const feature: Feature = {
  routes: [
    { path: '/receivables', page: () => import('./ReceivablesPage'), permission },
    { path: '/receivables/$partner', page: () => import('./AccountPage'), permission },
    { path: '/deposits', page: () => import('./DepositsPage'), permission },
    { path: '/offsets', page: () => import('./OffsetsPage'), permission },
  ],
  nav: [
    { group: 'settlement', order: 60, to: '/receivables', zh: '应收账款', en: 'Receivables', permission },
    { group: 'settlement', order: 61, to: '/deposits', zh: '保证金', en: 'Deposits', permission },
    { group: 'settlement', order: 62, to: '/offsets', zh: '抵扣', en: 'Offsets', permission },
  ],
};

export default feature;
