const volume = {
  title: '业务量',
  catalogue: '指标说明',
  metric: '指标',
  period: '日期',
  by: '维度',
  across: '横向',
  rest: '其余 {{count}} 项',
  total: '合计',
  none: '不选',
  rows: '业务明细',
  rowsOf: '{{name}} 的业务明细',
  rowsNote: '共 {{count}} 条，与上面的数字一致',
  trend: '趋势',
  heat: '星期分布',
  heatNote: '每格为该周该日的数值；业务事实没有时刻，故按星期统计',
  map: '区域分布',
  mapNote: '点击区域看下一级，最后一级为网点',
  mapAll: '全部',
  mapLabel: '{{metric}}按区域分布',
  own: '我的排名',
  place: '第 {{rank}} 名，共 {{of}}',
  ranking: '排行',
  pivot: '透视表',
  share: '占比',
  growth: '环比',
  yearGrowth: '同比',
  adjusted: '节假日调整后',
  attainment: '完成率',
  target: '目标',
  previous: '上期',
  lastYear: '去年同期',
  holiday: '{{name}}（休）',
  noRows: '所选日期与条件下没有业务',
  noRowsHelp: '请换一段日期，或重置筛选条件',
  preset: { month: '本月', last_month: '上月', quarter: '近三月', year: '近一年', week: '近七天' },
  state: { effective: '已生效', cancelled: '已撤销', reversal: '退货销户' },
  column: {
    occurred_on: '日期',
    event_id: '事件编号',
    kind: '业务类型',
    state: '状态',
    outlet: '网点',
    partner: '代理商',
    clerk: '工号',
    subscriber: '用户号码',
    product: '产品',
    amount: '金额（元）',
  },
  unit: { fen: '元', ppm: '%', count: '笔', people: '人', outlets: '个', partners: '家' },
};

export default volume;

declare module '../names' {
  interface Texts {
    volume: typeof volume;
  }
}
