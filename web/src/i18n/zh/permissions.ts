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
  sql: { read: '用 SQL 查询业务数据与指标' },
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
  price: { read: '查看价格与市场秩序', manage: '拟写价格簿、登记价格、承办案件', decide: '发布价格簿、决定案件与价保' },
  recruit: { read: '查看招商、意向与拓展计划', manage: '办理招商、意向与拓展计划' },
  visit: { read: '查看拜访', make: '拜访网点', plan: '安排拜访计划', review: '审阅拜访与日记' },
  roadshow: { manage: '预订流动助销、清点配置、登记站点' },
  stock: { handle: '分配与调整号卡' },
  display: { read: '查看陈列、整改与物料', manage: '办理陈列标准、整改、物料与协议' },
  distribution: { read: '查看上柜、库存与分销', manage: '维护上柜组合、登记上柜与订货' },
  terminal: { read: '查看空充机', manage: '布放与收回空充机、加载与对账' },
  service: { handle: '办理包换、退货与维修' },
  supply: { read: '查看终端供货', order: '为网点订货、收货与申请退货', handle: '报价、入库、接单、发货与收回退货' },
  receivable: { read: '查看应收与保证金', manage: '办理应收、收款与保证金', approve: '审批抵扣' },
  flow: {
    start: '发起申请',
    decide: '审批与办理申请',
    read: '查看区域内的申请与预算',
    manage: '作废他人的申请',
    define: '设计流程',
    publish: '批准他人设计的流程',
  },
};

export default permissions;

declare module '../names' {
  interface Texts {
    permissions: typeof permissions;
  }
}
