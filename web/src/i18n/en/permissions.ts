import type { English } from '../names';

const permissions: English<'permissions'> = {
  person: { read: 'See people', manage: 'Manage people and roles' },
  private: { reveal: 'See personal data in full' },
  parameter: { read: 'See parameters', manage: 'Set parameters' },
  audit: { read: 'Read the audit trail' },
  partner: {
    read: 'See partners and outlets',
    manage: 'Add candidates and contacts, and take candidates further',
    suspend: 'Suspend partners and restore them',
    merge: 'Merge partners and outlets kept twice',
    assign: 'Assign outlets to managers',
    exit: 'Take exits of partners further',
  },
  blacklist: { read: 'See the blacklist' },
  volume: { read: 'See business figures' },
  import: { read: 'See imports', load: 'Load data' },
  policy: { read: 'See policies', simulate: 'Simulate policies', draft: 'Draft policies', publish: 'Approve policies' },
  settlement: { read: 'See settlement', run: 'Run settlement', approve: 'Approve settlement' },
  payment: { read: 'See payments', make: 'Make payments', approve: 'Approve payments' },
  statement: { read: 'See statements', confirm: 'Confirm statements' },
  income: { read: 'See own income' },
  dispute: { answer: 'Answer disputes' },
  ledger: { read: 'See the ledger' },
  target: { set: 'Set targets' },
  grading: { read: 'See grades of outlets' },
  document: { read: 'See documents', manage: 'Manage documents' },
  rival: { note: 'Note estimates of rivals' },
  acceptance: { read: 'See acceptance levels', manage: 'Give and suspend acceptance levels' },
  order: { read: 'See orders', take: 'Take orders', handle: 'Handle orders of others' },
  slip: { handle: 'Take back and check slips' },
  agreement: { read: 'See agreements', manage: 'Draft, send, sign and end agreements', sign: 'Sign agreements for a partner' },
  recruit: { read: 'See recruiting, prospects and plans', manage: 'Work on recruiting, prospects and plans' },
  stock: { handle: 'Allocate and move cards and numbers' },
  flow: {
    start: 'Apply for something',
    decide: 'Decide on applications',
    read: 'See applications and budgets',
    manage: 'Cancel others’ applications',
  },
};

export default permissions;
