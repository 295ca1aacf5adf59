import type { English } from '../names';

const service: English<'service'> = {
  title: 'Exchanges and repairs',
  number: 'Request',
  numberOrSerial: 'Request or serial',
  kind: 'Kind',
  kinds: { exchange: 'Exchange', return: 'Return', repair: 'Repair' },
  state: 'State',
  states: { asked: 'Waiting', repairing: 'In repair', done: 'Done', refused: 'Refused', withdrawn: 'Withdrawn' },
  outlet: 'Outlet',
  product: 'Handset',
  serial: 'Serial',
  replacement: 'In its place',
  order: 'Order',
  inStock: 'In stock',
  reason: 'Reason',
  reasonMissing: 'Say why, in 2 characters at least',
  note: 'Note (optional)',
  askedAt: 'Asked when and by whom',
  decision: 'Decided by, and what was said',
  todo: 'To do',
  own: 'You asked; somebody else decides',
  verbs: { agree: 'Agree', refuse: 'Refuse', back: 'Repaired and back' },
  agreed: {
    exchange:
      '{{serial}} is returned and {{replacement}} is sold in its place; the sale of order {{order}}, its margin and commission stay, under the other serial',
    return: 'Order {{order}} is taken back as a whole, and its commission with it; {{serial}} is returned',
    repair: '{{serial}} is in repair; sale, margin and commission stay',
  },
  consequence: {
    refuse: 'Handset and order stay as they are; the outlet is told why',
    back: 'The handset is where it was before its repair',
  },
  doneNow: 'Done',
  none: 'No requests',
  noneHelp: 'They are listed once an outlet asks on the phone for an exchange, a return or a repair',
};

export default service;
