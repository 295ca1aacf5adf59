const phoneService = {
  title: '包换退货维修',
  ask: '提出申请',
  none: '还没有申请',
  noneHelp: '顾客的手机要换、要退或要修，点“提出申请”',
  more: '显示更多',
  kind: '要办什么',
  kinds: { exchange: '包换', return: '退货', repair: '维修' },
  states: { asked: '待办理', repairing: '维修中', done: '已办结', refused: '已驳回', withdrawn: '已撤回' },
  about: {
    exchange: '换一台本网点在库的同款；销售和酬金不变',
    return: '整单退回，酬金随之冲回',
    repair: '已售或库存的手机送修；销售和酬金不变',
  },
  serial: '手机串号',
  serialHelp: '15 位，拨 *#06# 可以看到',
  serialWrong: '串号是 15 位数字',
  serialMissing: '请填写手机串号',
  replacement: '换上的串号',
  replacementHelp: '本网点在库的同款手机',
  replacementMissing: '请填写换上的串号',
  reason: '原因',
  reasonMissing: '请填写原因，至少 2 个字',
  changed: '{{serial}} 换 {{replacement}}',
  decision: '意见：{{said}}',
  verbs: { withdraw: '撤回', back: '修好，已返还' },
  send: '提交申请',
  sent: '已提交，等待办理',
  done: '已办理',
};

export default phoneService;

declare module '../names' {
  interface Texts {
    phoneService: typeof phoneService;
  }
}
