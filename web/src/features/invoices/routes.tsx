import type { Feature } from '@/shared/feature';

const feature: Feature = {
  routes: [{ path: '/settlement/invoices', page: () => import('./InvoicesPage'), permission: 'statement.read' }],
  nav: [{ group: 'settlement', order: 46, to: '/settlement/invoices', zh: '发票审核', en: 'Invoices', permission: 'statement.read' }],
};

export default feature;
