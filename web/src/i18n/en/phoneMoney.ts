import type { English } from '../names';

const phoneMoney: English<'phoneMoney'> = {
  terminals: 'My terminals',
  float: 'Float together',
  formula: 'Balance = loaded − sold + reversed',
  serial: 'Serial',
  low: 'Low',
  idle: 'Idle',
  terminalNote: '{{outlet}} · loaded {{loaded}} · sold {{sold}} · reversed {{reversed}}',
  noTerminals: 'No terminals',
  noTerminalsHelp: 'Ask your channel manager for one',
  more: '{{count}} in all; type a serial to find one',
  receivables: 'Receivables and deposits',
  noPartner: 'No account of a partner',
  stopped: 'Supply is stopped: {{days}} days overdue; paying lifts it',
  balance: 'Owed',
  overdueSum: '{{overdue}} of it overdue, {{credit}} paid and not matched',
  nothingOwed: 'Nothing is owed',
  invoices: 'Owed',
  kinds: { goods: 'Goods', float: 'Top-up', deposit: 'Deposit due', other: 'Other' },
  overdue: '{{days}} days overdue',
  due: 'due {{day}}',
  deposits: 'My deposits',
  noDeposits: 'No deposits',
  deposit: { terminal: 'For terminals', goods: 'For goods', guarantee: 'Guarantee' },
  collections: 'Payments',
  ways: { bank: 'By bank', cash: 'In cash', commission: 'Out of commission', deposit: 'Out of a deposit', goods: 'For goods returned' },
};

export default phoneMoney;
