import type { English } from '../names';

const phoneOutlets: English<'phoneOutlets'> = {
  title: 'Outlets',
  one: 'Outlet',
  search: 'Name, pinyin initials or code',
  none: 'No outlet found',
  noneHelp: 'Try another name or code',
  more: '{{count}} in all; type a name to find yours',
  states: { preparing: 'Preparing', open: 'Open', paused: 'Paused', closed: 'Closed' },
  merged: 'Merged into {{code}} from {{from}} on',
  since: 'Since {{day}}; {{reason}}',
  keeper: 'Looked after by {{name}} since {{day}}',
  noKeeper: 'Nobody looks after it yet',
  contacts: 'Key contacts',
  noContacts: 'No key contact yet',
  powers: { decides: 'Decides', advises: 'Advises', uses: 'Uses' },
  attitudes: { for: 'For us', neutral: 'Neutral', against: 'Against us' },
  needs: 'Needs:',
  limits: 'Doubts and limits:',
  opportunities: 'Opportunities:',
  business: 'Business of {{month}} up to today',
  noBusiness: 'No business this month or the last',
  before: 'same days before {{shown}}',
  commission: 'Commission payable of {{month}}',
  todo: 'To do',
  apply: 'Apply for a change',
};

export default phoneOutlets;
