const home = {
  title: '工作台',
  todos: '待办',
  todoNone: '没有待办事项',
  due: '最近期限 {{day}}',
  overdue: '{{count}} 项已逾期',
  settled: '{{month}}结算',
  before: '较上月',
  trend: '酬金趋势',
  trendSummary: '各月应付酬金，{{from}}至{{to}}',
  payment: '应付酬金（元）',
  month: '月份',
  ranking: '{{month}}酬金排名',
  network: '渠道规模',
  shortcuts: '常用',
  aims: '{{month}}目标',
  aimsNone: '本月没有设定目标',
  alerts: '提醒',
  passed: '当月已过 {{share}}',
  ofTarget: '目标',
  hello: '{{name}}，今天 {{day}} {{week}}',
};

export default home;

declare module '../names' {
  interface Texts {
    home: typeof home;
  }
}
