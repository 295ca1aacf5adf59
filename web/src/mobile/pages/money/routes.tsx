import type { PhonePage } from '../../feature';

const pages: PhonePage[] = [
  { path: '/terminals', page: () => import('./TerminalsPage'), permission: 'terminal.read' },
  { path: '/receivables', page: () => import('./ReceivablesPage'), permission: 'receivable.read' },
];

export default pages;
