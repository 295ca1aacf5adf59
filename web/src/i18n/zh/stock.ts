const stock = {
  title: '号卡与终端库存',
  sums: '数量核对',
  noSums: '没有符合条件的号卡',
  serial: '卡号或号码',
  kind: '种类',
  kinds: { card: '卡', number: '号码', handset: '手机终端' },
  state: '状态',
  states: { stock: '在库', moving: '在途', sold: '已售', repair: '维修中', returned: '已退回', recalled: '已召回', lost: '遗失' },
  segment: '号段',
  outlet: '网点',
  outletMaybe: '网点（可不填）',
  outletHelp: '须属于上面的代理商；不填则分配给代理商本身',
  withPartner: '在代理商',
  central: '中心库存',
  product: '机型',
  partner: '代理商',
  order: '订单号',
  changed: '变更时间',
  allocated: '已分配',
  check: '核对',
  adds: '相符',
  differs: '相差 {{count}}',
  moves: { stock: '放回在库', returned: '退回', recalled: '召回', lost: '遗失' },
  consequence: {
    stock: '重新计入所在代理商或网点的库存，可以使用',
    returned: '登记由网点退回，不能再使用',
    recalled: '登记由我方召回，不能再使用',
    lost: '登记遗失，不能再使用',
  },
  unmovable: { mixed: '一次只能调整同一种类', sold: '已售的不能调整', repair: '维修中的不能调整', there: '所选中有已是该状态的' },
  several: '共 {{count}} 个，全部调整或全部不调整',
  reason: '原因',
  reasonMissing: '请填写原因，至少 2 个字',
  moved: '已调整',
  allocate: '分配号段',
  allocateConsequence: '整个号段计入所选代理商或网点的库存；其中有已分配的，整段都不分配',
  allocatedNow: '已分配',
  first: '起号',
  last: '止号',
  pieces: '共 {{count}} 个',
  segmentWrong: '起止号须为同样长度的数字，起号不大于止号，最多 20000 个',
  fieldMissing: '请填写',
  none: '没有号卡',
  noneHelp: '用“分配号段”把卡或号码分配给代理商或网点',
};

export default stock;

declare module '../names' {
  interface Texts {
    stock: typeof stock;
  }
}
