const phoneRoadshow = {
  title: '流动助销',
  none: '这两周没有您参加的流动助销',
  noneHelp: '营销支撑人员预订后，领队和队员都能在这里看到',
  states: { booked: '已预订', departed: '已出发', closed: '已结束', cancelled: '已取消' },
  activationsOf: '激活 {{count}}',
  noted: '已登记',
  assist: '驻店助销',
  since: '{{at}} 起在 {{outlet}}',
  outlet: '网点',
  noOutlets: '没有您负责的网点',
  come: '到岗',
  leave: '离开',
  sums: '到访 {{visitors}}，激活 {{activations}}，单个激活成本 {{per}}',
  short: '配置与标准不符，补齐后重新清点，或由主管批准',
  verbs: { check: '清点配置', approve: '批准缺项', depart: '出发', close: '结束', cancel: '取消预订' },
  begin: '开始一站',
  noStops: '还没有站点',
  noStopsHelp: '出发后点“开始一站”',
  stops: '站点',
  partOf: '{{name}}（标准 {{needed}}）',
  reason: '原因',
  reasonMissing: '请填写原因，至少 2 个字',
  where: '网点或地点',
  whereHelp: '输入网点名称选网点，也可直接写地点',
  whereMissing: '请填写地点，至少 2 个字',
  noOutlet: '不是网点，按所写地点登记',
  counts: { visitors: '到访人数', demos: '体验次数', leads: '意向客户', activations: '激活', handsets: '终端销量' },
  cost: '费用（元）',
  costWrong: '请填写费用，没有填 0',
  creditedTo: '销量归 {{name}}',
  findAgent: '查找代理商',
  agent: '业绩归属',
  agentMissing: '有激活或销售，请选择归属的代理商',
  nobody: '未选择',
  save: '保存数量',
  crew: '队员到岗',
  sinceAt: '{{at}} 到岗',
  notThere: '未到岗',
  levels: { strong: '在现场', fair: '可能在现场', unknown: '无定位', away: '不在现场' },
};

export default phoneRoadshow;

declare module '../names' {
  interface Texts {
    phoneRoadshow: typeof phoneRoadshow;
  }
}
