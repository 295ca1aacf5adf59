import type { PhonePage } from '../../feature';

const OWN = 'income.read';
const STATEMENT = 'statement.confirm';

const pages: PhonePage[] = [
  { path: '/', page: () => import('./HomePage'), permission: OWN },
  { path: '/business', page: () => import('./BusinessPage'), permission: OWN },
  { path: '/commission', page: () => import('./CommissionPage'), permission: OWN },
  { path: '/commission/unpaid', page: () => import('./UnpaidPage'), permission: OWN },
  { path: '/commission/lines', page: () => import('./LinesPage'), permission: OWN },
  { path: '/statement', page: () => import('./StatementPage'), permission: STATEMENT },
  { path: '/proof', page: () => import('./ProofPage'), permission: OWN },
  { path: '/dispute', page: () => import('./DisputePage'), permission: STATEMENT },
  { path: '/disputes', page: () => import('./DisputesPage'), permission: STATEMENT },
  { path: '/payments', page: () => import('./PaymentsPage'), permission: STATEMENT },
  { path: '/invoice', page: () => import('./InvoicePage'), permission: STATEMENT },
  { path: '/policies', page: () => import('./PoliciesPage'), permission: OWN },
];

export default pages;
