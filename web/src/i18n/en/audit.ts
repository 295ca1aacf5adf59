import type { English } from '../names';

const audit: English<'audit'> = {
  title: 'Audit trail',
  list: 'Audit entries',
  who: 'Who',
  action: 'Action',
  noun: 'Kind of record',
  nounId: 'Record',
  days: 'Days',
  seq: 'No.',
  at: 'When',
  record: 'Record',
  reason: 'Reason',
  before: 'Before',
  after: 'After',
  hash: 'Hash',
  acting: '{{who}} for {{giver}}',
  verify: 'Verify the chain',
  verifyTitle: 'Verification of the chain',
  holds: 'Complete: {{count}} entries computed anew, none altered, removed or inserted.',
  broken: 'Entry {{seq}} does not hold: {{why}}',
  why: {
    missing: 'an entry was removed',
    unlinked: 'it does not follow from the one before',
    altered: 'its content was altered',
    wrong_end: 'the end is not the recorded one',
  },
  head: 'Hash of the end',
  headHelp: 'Keep it outside now and then: it shows that no entries were cut off at the end.',
  export: 'Export CSV',
  detail: 'Audit entry {{seq}}',
  none: 'None',
};

export default audit;
