import type { English } from '../names';

const shares: English<'shares'> = {
  title: 'Shared customers and documents',
  help: 'A colleague sees your customers or documents for some days and goes on as themselves; both of you see the share, and either may end it.',
  create: 'Share',
  done: 'Shared',
  none: 'Nothing is shared',
  given: 'Shared with {{name}}',
  taken: 'Shared by {{name}}',
  customers: 'customers',
  documents: 'documents (read)',
  documentsWritten: 'documents (write)',
  comma: ', ',
  until: '{{from}} to {{to}}',
  states: { coming: 'To come', holds: 'Holds', over: 'Over', revoked: 'Ended' },
  revoke: 'End',
  revokeSure: 'The other sees nothing of it from now on.',
  taker: 'Colleague',
  what: 'What',
  customersHelp: 'Customers: partners, outlets and their business',
  documentsHelp: 'Documents that I may read',
  writesHelp: 'Let them write: new versions, titles, archiving',
  days: 'Days',
  required: 'Required',
  reason: 'Reason',
  reasonMissing: 'Say why, in at least 2 characters',
};

export default shares;
