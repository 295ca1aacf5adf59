// What each permission of the server allows, in the words of people.
const permissions = {
  person: { read: '查看人员', manage: '管理人员与角色' },
  private: { reveal: '查看完整个人信息' },
  parameter: { read: '查看参数', manage: '设定参数' },
  audit: { read: '查看审计日志' },
  partner: {
    read: '查看渠道网点',
    manage: '登记和推进拓展对象、维护联系人',
    suspend: '暂停和恢复代理商合作',
    merge: '合并重复的代理商和网点',
    assign: '分配网点负责人',
    exit: '办理代理商退出',
  },
  blacklist: { read: '查看黑名单' },
  volume: { read: '查看业务统计' },
  import: { read: '查看数据接入', load: '导入数据' },
  policy: { read: '查看政策', simulate: '试算政策', draft: '起草政策', publish: '批准政策' },
  settlement: { read: '查看结算', run: '办理结算', approve: '批准结算' },
  payment: { read: '查看付款', make: '办理付款', approve: '批准付款' },
  statement: { read: '查看对账单', confirm: '确认对账单' },
  income: { read: '查看本人酬金' },
  dispute: { answer: '处理争议' },
  ledger: { read: '查看账本' },
  target: { set: '设定目标' },
  grading: { read: '查看网点分级' },
  document: { read: '查看文档', manage: '管理文档' },
  rival: { note: '录入竞品估计' },
  acceptance: { read: '查看受理权限', manage: '授予与暂停受理权限' },
  order: { read: '查看订单', take: '受理订单', handle: '处理他人的订单' },
  slip: { handle: '收回与审核回单' },
  agreement: { read: '查看协议', manage: '拟定、送审、登记签署和终止协议', sign: '代表代理商签署协议' },
  recruit: { read: '查看招商、意向与拓展计划', manage: '办理招商、意向与拓展计划' },
  stock: { handle: '分配与调整号卡' },
  terminal: { read: '查看空充机', manage: '布放与收回空充机、加载与对账' },
  receivable: { read: '查看应收与保证金', manage: '办理应收、收款与保证金', approve: '审批抵扣' },
  flow: { start: '发起申请', decide: '审批与办理申请', read: '查看区域内的申请与预算', manage: '作废他人的申请' },
};

export default permissions;

declare module '../names' {
  interface Texts {
    permissions: typeof permissions;
  }
}
