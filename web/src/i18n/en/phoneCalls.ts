import type { English } from '../names';

const phoneCalls: English<'phoneCalls'> = {
  title: 'Calls and appointments',
  old: 'No network; this is the list as it was last read',
  noted: 'Noted',
  today: '{{made}} of {{target}} calls today',
  met: 'Done',
  progress: 'Calls of today',
  week: '{{made}} of {{target}} this week',
  appointments: 'Appointments to keep',
  overdue: 'Overdue',
  whom: 'Whom to call',
  owner: 'Owner',
  last: 'last heard of on {{day}}',
  never: 'never called',
  nobody: 'Everybody on the list was called today',
  nobodyHelp: 'Visits of the plan are next',
  afternoon: 'Visits {{from}}–{{to}}',
  visits: '{{count}} outlets',
  noVisits: 'No visit is planned today',
  ready: {
    fine: 'Business is as usual',
    material: 'Needs material, noted',
    commission: 'Asked about commission, explained',
    visit: 'Welcomes a visit as planned',
  },
  outcomes: { no_answer: 'No answer', declined: 'Could not talk' },
  write: 'Write a minute or agree on a visit',
  minute: 'Minute',
  meet: 'Visit agreed on',
  meets: { none: 'None', tomorrow: 'Tomorrow', other: 'Another day' },
  meetOn: 'Which day',
  minuteMissing: 'Write a minute of 2 characters at least',
  meetPast: 'An appointment is not before today',
  save: 'Save',
};

export default phoneCalls;
