import type { Feature } from '@/shared/feature';

const TAKES_PART = ['flow.start', 'flow.decide', 'flow.read'];

const feature: Feature = {
  routes: [
    { path: '/applications', page: () => import('./ListPage'), permission: TAKES_PART },
    { path: '/applications/new', page: () => import('./NewPage'), permission: 'flow.start' },
    { path: '/applications/new/$flow', page: () => import('./StartPage'), permission: 'flow.start' },
    { path: '/applications/$id', page: () => import('./ApplicationPage'), permission: TAKES_PART },
    { path: '/applications/$id/edit', page: () => import('./EditPage'), permission: 'flow.start' },
    { path: '/budgets', page: () => import('./BudgetsPage'), permission: 'flow.read' },
  ],
  nav: [
    { group: 'work', order: 10, to: '/applications', zh: '审批', en: 'Approvals', permission: TAKES_PART },
    { group: 'settlement', order: 65, to: '/budgets', zh: '预算', en: 'Budgets', permission: 'flow.read' },
  ],
};

export default feature;
