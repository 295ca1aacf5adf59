import type { English } from '../names';

const home: English<'home'> = {
  title: 'Workbench',
  todos: 'To do',
  todoNone: 'Nothing to do',
  due: 'next due {{day}}',
  overdue: '{{count}} overdue',
  settled: '{{month}} as settled',
  before: 'From the month before',
  trend: 'Commission by month',
  trendSummary: 'Commission payable by month, {{from}} to {{to}}',
  payment: 'Payable (yuan)',
  month: 'Month',
  ranking: 'Most paid in {{month}}',
  network: 'The network',
  shortcuts: 'Shortcuts',
  aims: 'Targets of {{month}}',
  aimsNone: 'No targets this month',
  alerts: 'Alerts',
  passed: '{{share}} of the month has passed',
  ofTarget: 'of',
  hello: '{{name}}, today {{day}} {{week}}',
};

export default home;
