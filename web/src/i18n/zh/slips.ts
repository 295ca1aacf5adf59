const slips = {
  title: '回单',
  tabs: { list: '回单列表', missing: '欠交网点' },
  onTime: '按期交回率',
  inTime: '按期 / 到期',
  holding: '暂缓酬金的回单',
  order: '订单号',
  state: '状态',
  states: { due: '待回单', returned: '已交回', rejected: '退回补正', lost: '遗失', ok: '合格' },
  dueOn: '应交日期',
  overdue: '逾期天数',
  holds: '暂缓酬金',
  holdingOnly: '只看暂缓酬金的',
  returnedOn: '交回日期',
  checkedOn: '审核日期',
  reason: '原因',
  reasonMissing: '请填写原因，至少 2 个字',
  outlet: '网点',
  partner: '代理商',
  clerk: '工号',
  acts: { return: '收回', approve: '合格', reject: '退回补正', lose: '遗失' },
  unfit: {
    return: '所选回单须为待回单、退回补正或遗失',
    approve: '所选回单须为已交回',
    reject: '所选回单须为已交回',
    lose: '所选回单须为待回单或退回补正',
  },
  consequence: {
    return: '登记今天收到回单，待审核',
    approve: '审核通过，订单的酬金不再因回单暂缓',
    reject: '退回网点补正；到期未交回合格回单的，暂缓订单酬金',
    lose: '登记遗失；找到后可以再登记收回',
  },
  several: '共 {{count}} 份回单，逐份处理',
  outcome: '已处理 {{done}} 份，未处理 {{failed}} 份',
  none: '没有回单',
  noneHelp: '须回单的订单生效后，回单列在这里',
  noMissing: '没有欠交的回单',
  ages: { overdue_1_3: '逾期 1–3 天', overdue_4_7: '4–7 天', overdue_8_30: '8–30 天', overdue_longer: '30 天以上' },
  oldest: '最早应交',
  showMissing: '查看 {{outlet}} 逾期的回单，其中欠交 {{count}} 份',
};

export default slips;

declare module '../names' {
  interface Texts {
    slips: typeof slips;
  }
}
