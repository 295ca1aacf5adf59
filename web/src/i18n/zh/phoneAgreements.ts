const phoneAgreements = {
  title: '协议',
  none: '没有协议',
  noneHelp: '协议签订后列在这里',
  toSign: '待签署',
  list: '我的协议',
  states: { coming: '未生效', active: '履行中', expiring: '即将到期', renewed: '已续签', ended: '已终止' },
  until: '{{from}} 至 {{to}}',
  endless: '长期',
  warn: '协议将于 {{day}} 到期，还有 {{days}} 天；请联系渠道经理续签，到期后办理的业务不计酬金',
  one: '协议 {{code}}',
  draft: '协议文本 {{id}}',
  basic: '基本信息',
  deposit: '保证金 {{amount}}',
  commitment: '年度承诺额 {{amount}}',
  clauses: '条款',
  noClauses: '条款请查阅纸质协议',
  signatures: '签署',
  sides: { us: '甲方', partner: '乙方' },
  notSigned: '未签署',
  signedBy: '{{name}}，{{day}}',
  pdf: '下载 PDF',
  sign: '签署',
  signHelp: '请阅读全部条款后签名；签署后不能更改',
  signer: '签署人姓名',
  signature: '手写签名',
  signatureHelp: '请在框内签名',
  clear: '重签',
  confirm: '确认签署',
  signatureMissing: '请填写姓名并签名',
  signed: '已签署',
};

export default phoneAgreements;

declare module '../names' {
  interface Texts {
    phoneAgreements: typeof phoneAgreements;
  }
}
