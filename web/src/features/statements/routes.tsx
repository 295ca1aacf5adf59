import type { Feature } from '@/shared/feature';

const feature: Feature = {
  routes: [
    { path: '/settlement/statements', page: () => import('./StatementsPage'), permission: 'statement.read' },
    { path: '/statements/$period/$partner', page: () => import('./StatementPage'), permission: 'statement.read' },
    { path: '/proof', page: () => import('./ProofPage'), permission: 'statement.read' },
  ],
  nav: [{ group: 'settlement', order: 40, to: '/settlement/statements', zh: '对账单', en: 'Statements', permission: 'statement.read' }],
};

export default feature;
