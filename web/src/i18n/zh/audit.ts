const audit = {
  title: '审计日志',
  list: '审计记录',
  who: '操作人',
  action: '操作',
  noun: '对象类型',
  nounId: '对象编号',
  days: '日期',
  seq: '序号',
  at: '时间',
  record: '对象',
  reason: '原因',
  before: '变更前',
  after: '变更后',
  hash: '记录指纹',
  acting: '{{who}} 代 {{giver}}',
  verify: '校验审计链',
  verifyTitle: '审计链校验',
  holds: '完整：{{count}} 条记录逐条重算，没有被改动、删除或插入。',
  broken: '第 {{seq}} 条不成立：{{why}}',
  why: { missing: '记录被删除', unlinked: '与上一条不相连', altered: '内容被改动', wrong_end: '末尾与登记不符' },
  head: '链尾指纹',
  headHelp: '请定期抄存到系统之外，可证明末尾没有被整段删除。',
  export: '导出 CSV',
  detail: '审计记录 {{seq}}',
  none: '无',
};

export default audit;

declare module '../names' {
  interface Texts {
    audit: typeof audit;
  }
}
