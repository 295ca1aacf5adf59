import type { English } from '../names';

const outletVisits: English<'outletVisits'> = {
  visits: 'Last visits',
  all: 'All',
  noVisits: 'No visits yet',
  day: 'Day',
  manager: 'Channel manager',
  minutes: 'Minutes',
  scores: 'Scores',
  counts: 'Counts',
  countStates: {
    open: 'Not reported',
    held: 'Held',
    yes: 'Counts',
    no: 'Does not count',
  },
  promises: 'Promises and corrections',
  nothingOpen: 'Nothing is open',
  open: 'What',
  since: 'Since',
  due: 'Due',
  overdue: 'Overdue',
};

export default outletVisits;
