const phoneSupply = {
  title: '终端订货',
  order: '订货',
  none: '还没有订货',
  noneHelp: '点“订货”选机型和台数，供货方接单后发货',
  of: '{{outlet}} {{pieces}} 台',
  receivedOn: '{{day}} 收货',
  expected: '预计 {{day}} 到货',
  more: '显示更多',
  outlet: '网点',
  stoppedShort: '已停供，付款后自动恢复',
  nothing: '请选择机型和台数',
  sum: '{{many}} 台 · {{cost}} · 保证毛利 {{guaranteed}}',
  send: '提交订货',
  sent: '已下单',
  again: '上次订货',
  againNote: '{{day}}：{{what}}',
  repeat: '再来一单',
  noOffers: '暂时没有可订的机型',
  wantedOn: '期望到货',
  price: '供货价 {{price}}',
  guaranteed: '保证毛利 {{least}}',
  suggested: '建议价 {{price}}，毛利 {{margin}}',
  inStore: '库存 {{count}} 台',
  notInStore: '暂无库存，可先订',
  piecesOf: '{{name}} 台数',
  line: '{{name}} × {{pieces}}',
  guaranteedOf: '保证毛利 {{guaranteed}}，按建议价 {{margin}}',
  open: '未付 {{open}}',
  lines: '订货明细',
  serials: '串号',
  returns: '退货',
  history: '经过',
  verbs: { receive: '确认收货', return: '申请退货', cancel: '取消订单' },
  consequence: {
    receive: '收到的终端进入网点库存，并按收到的台数开应收单',
    return: '只能退回未售出的终端，由供货人员办理',
    cancel: '订单结束；发货后不能取消',
  },
  missing: '没收到的请勾选（都收到则不选）',
  toReturn: '要退的终端',
  receiveMany: '确认收到 {{count}} 台',
  reason: '原因',
  reasonMissing: '请填写原因，至少 2 个字',
  tickMissing: '请勾选要退的终端',
  done: '已办理',
};

export default phoneSupply;

declare module '../names' {
  interface Texts {
    phoneSupply: typeof phoneSupply;
  }
}
