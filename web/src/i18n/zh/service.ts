const service = {
  title: '包换退货维修',
  number: '申请号',
  numberOrSerial: '申请号或串号',
  kind: '类型',
  kinds: { exchange: '包换', return: '退货', repair: '维修' },
  state: '状态',
  states: { asked: '待办理', repairing: '维修中', done: '已办结', refused: '已驳回', withdrawn: '已撤回' },
  outlet: '网点',
  product: '机型',
  serial: '串号',
  replacement: '换上串号',
  order: '订单号',
  inStock: '库存终端',
  reason: '原因',
  reasonMissing: '请填写原因，至少 2 个字',
  note: '说明（可不填）',
  askedAt: '申请时间与人员',
  decision: '办理人与意见',
  todo: '办理',
  own: '本人申请，须由他人办理',
  verbs: { agree: '同意', refuse: '驳回', back: '修好返还' },
  agreed: {
    exchange: '{{serial}} 转为已退回，{{replacement}} 记为已售；订单 {{order}} 的销售、毛利和酬金不变，串号改为换上的',
    return: '订单 {{order}} 整单退回，酬金随之冲回；{{serial}} 转为已退回',
    repair: '{{serial}} 转为维修中；销售、毛利和酬金不变',
  },
  consequence: { refuse: '终端和订单都不变；原因告知申请网点', back: '终端回到送修前的状态' },
  doneNow: '已办理',
  none: '没有申请',
  noneHelp: '网点在手机上提出包换、退货或维修后，列在这里',
};

export default service;

declare module '../names' {
  interface Texts {
    service: typeof service;
  }
}
