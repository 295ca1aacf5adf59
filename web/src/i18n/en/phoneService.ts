import type { English } from '../names';

const phoneService: English<'phoneService'> = {
  title: 'Exchanges and repairs',
  ask: 'Ask',
  none: 'Nothing was asked yet',
  noneHelp: 'A customer wants a handset exchanged, taken back or repaired: press “Ask”',
  more: 'Show more',
  kind: 'What for',
  kinds: { exchange: 'Exchange', return: 'Return', repair: 'Repair' },
  states: { asked: 'Waiting', repairing: 'In repair', done: 'Done', refused: 'Refused', withdrawn: 'Withdrawn' },
  about: {
    exchange: 'Another one of the same kind from your stock; the sale and its commission stay',
    return: 'The whole order is taken back, and its commission with it',
    repair: 'A handset you sold or have in stock is repaired; the sale and its commission stay',
  },
  serial: 'Serial',
  serialHelp: '15 digits; dial *#06# to see it',
  serialWrong: 'A serial has 15 digits',
  serialMissing: 'Give the serial',
  replacement: 'Serial of the one in its place',
  replacementHelp: 'The same kind, in your stock',
  replacementMissing: 'Give the serial of the one in its place',
  reason: 'Reason',
  reasonMissing: 'Say why, in 2 characters at least',
  changed: '{{serial}}, in its place {{replacement}}',
  decision: 'Said: {{said}}',
  verbs: { withdraw: 'Withdraw', back: 'Repaired and back' },
  send: 'Send',
  sent: 'Sent; it waits for a decision',
  done: 'Done',
};

export default phoneService;
