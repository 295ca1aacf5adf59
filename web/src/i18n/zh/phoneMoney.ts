const phoneMoney = {
  terminals: '我的空充机',
  float: '空充余额合计',
  formula: '余额 = 加载 − 售出 + 冲正',
  serial: '序列号',
  low: '低余额',
  idle: '闲置',
  terminalNote: '{{outlet}} · 加载 {{loaded}} · 售出 {{sold}} · 冲正 {{reversed}}',
  noTerminals: '没有空充机',
  noTerminalsHelp: '需要空充机请联系渠道经理',
  more: '共 {{count}} 台，请输入序列号查找',
  receivables: '应收与保证金',
  noPartner: '没有代理商账户',
  stopped: '已停供：逾期 {{days}} 天；付款后自动恢复',
  balance: '应付货款余额',
  overdueSum: '其中逾期 {{overdue}}，未核销付款 {{credit}}',
  nothingOwed: '没有未付的款项',
  invoices: '未付的款项',
  kinds: { goods: '货款', float: '空充款', deposit: '应缴保证金', other: '其他' },
  overdue: '逾期 {{days}} 天',
  due: '{{day}} 到期',
  deposits: '我的保证金',
  noDeposits: '没有保证金',
  deposit: { terminal: '空充机保证金', goods: '货款保证金', guarantee: '履约保证金' },
  collections: '付款记录',
  ways: { bank: '银行付款', cash: '现金付款', commission: '酬金抵扣', deposit: '保证金抵扣', goods: '退货冲抵' },
};

export default phoneMoney;

declare module '../names' {
  interface Texts {
    phoneMoney: typeof phoneMoney;
  }
}
