const phonePrice = {
  title: '零售价格',
  outlet: '网点',
  outletSearch: '网点名称或编码',
  day: '{{day}} 有效 · {{type}}',
  noOutlets: '没有可以查看的网点',
  noPrices: '没有有效的价格',
  noPricesHelp: '价格簿发布后在这里显示',
  prices: '建议零售价',
  search: '产品名称或编码',
  modes: { recommended: '建议价，零售价自定', agency: '我方定价', approved_floor: '有最低价' },
  floor: '最低 {{price}}',
  until: '至 {{day}}',
  seen: '{{day}} 标价 {{price}}',
  kinds: { base: '基础价', season: '季节价', promotion: '促销价', match: '竞争价' },
  verdicts: { violation: '违价', low: '偏低', high: '偏高', fine: '正常', unpriced: '无价格', noted: '已记录' },
  note: '登记价格',
  seenWhat: '看到的',
  seenKinds: { tag: '标价', quoted: '店员报价', complaint: '投诉价格', rival: '竞品价格' },
  amount: '价格（元）',
  amountWrong: '请填写金额，至多两位小数',
  words: '说明',
  save: '保存',
  judged: '{{product}}：{{verdict}}',
  habit: '定价惯例',
  habits: { ends_8_9: '尾数 8、9', margin: '按利润率', follow: '跟随周边', free: '没有规律' },
  habitUnknown: '未记录',
  habitNote: '记录定价惯例',
  habitSaved: '已记录',
  cases: '市场秩序案件',
  caseStates: {
    notified: '待陈述',
    explained: '已陈述，待决定',
    decided: '已决定，可申诉',
    appealed: '申诉中',
    final: '申诉已决定',
    rechecked: '已复查',
    closed: '已结案',
    found: '待通知',
  },
  caseNote: '{{product}} · {{day}}',
  answerUntil: '请在 {{day}} 前陈述',
  appealUntil: '{{day}} 前可以申诉',
  answer: '陈述',
  appeal: '申诉',
  answerHelp: '说明情况；未陈述的，期满后由对方决定',
  sent: '已提交',
  tooShort: '至少 2 个字',
};

export default phonePrice;

declare module '../names' {
  interface Texts {
    phonePrice: typeof phonePrice;
  }
}
