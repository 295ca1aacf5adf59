import type { Feature } from '@/shared/feature';

const feature: Feature = {
  routes: [
    { path: '/ledger', page: () => import('./LedgerPage'), permission: 'ledger.read' },
    { path: '/ledger/journals', page: () => import('./JournalsPage'), permission: 'ledger.read' },
    { path: '/ledger/accounts/$owner/$kind', page: () => import('./AccountPage'), permission: 'ledger.read' },
  ],
  nav: [{ group: 'settlement', order: 60, to: '/ledger', zh: '账本', en: 'Ledger', permission: 'ledger.read' }],
};

export default feature;
