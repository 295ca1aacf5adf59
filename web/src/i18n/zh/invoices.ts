const invoices = {
  title: '发票审核',
  note: '发票审核通过且合计等于应开票金额后，对账单才能付款',
  list: '发票列表',
  number: '发票号码',
  partner: '代理商',
  statement: '对账单',
  amount: '发票金额（元）',
  billed: '应开票（元）',
  accepted: '已审核通过（元）',
  missing: '尚缺（元）',
  fits: '金额核对',
  fitsWhole: '与应开票一致',
  fitsPart: '尚未开足',
  fitsOver: '超出应开票',
  issuedOn: '开票日期',
  issued: '开票日期 {{day}}',
  brought: '上传时间',
  broughtBy: '{{who}} 于 {{at}} 上传',
  state: '状态',
  states: { submitted: '待审核', accepted: '已通过', refused: '已退回' },
  all: '全部',
  period: '账期',
  query: '查找',
  search: '发票号码、对账单编号、代理商编码',
  none: '还没有发票',
  noneHelp: '代理商确认对账单后，在手机“付款与发票”上传',
  match: '金额核对',
  paper: '发票文件',
  paperOf: '发票 {{number}} 的图片',
  open: '打开文件',
  noPicture: '{{kind}} 文件不在页面内显示，请打开文件核对',
  decision: '审核结果',
  decidedBy: '{{who}} {{at}}',
  accept: '审核通过',
  acceptHelp: '通过后该对账单发票齐全，可以进入付款批次',
  acceptPart: '通过后该对账单的发票仍不足应开票金额，还不能付款',
  acceptedNow: '已审核通过',
  refuse: '退回',
  refuseHelp: '退回后这张发票不再计入，代理商会看到原因，可以重新上传',
  refusedNow: '已退回',
  reason: '退回原因',
  reasonMissing: '请写明原因，代理商会看到',
  own: '发票由您上传，须由另一人审核',
};

export default invoices;

declare module '../names' {
  interface Texts {
    invoices: typeof invoices;
  }
}
