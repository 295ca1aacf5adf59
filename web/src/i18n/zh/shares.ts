const shares = {
  title: '客户与文档共享',
  help: '让同事在一段时间内看到您的客户或文档；对方仍以本人身份操作，双方都能看到，都可随时收回。',
  create: '新建共享',
  done: '已共享',
  none: '没有共享',
  given: '共享给 {{name}}',
  taken: '{{name}} 共享给我',
  customers: '客户',
  documents: '文档（只读）',
  documentsWritten: '文档（可写）',
  comma: '、',
  until: '{{from}} 至 {{to}}',
  states: { coming: '未开始', holds: '生效中', over: '已结束', revoked: '已收回' },
  revoke: '收回',
  revokeSure: '收回后对方立即看不到。',
  taker: '同事',
  what: '共享内容',
  customersHelp: '客户：代理商、网点及其业务量',
  documentsHelp: '文档：我可读的文档',
  writesHelp: '允许修改文档：上传新版本、改信息、归档',
  days: '日期',
  required: '必填',
  reason: '原因',
  reasonMissing: '请填写原因，至少 2 个字',
};

export default shares;

declare module '../names' {
  interface Texts {
    shares: typeof shares;
  }
}
