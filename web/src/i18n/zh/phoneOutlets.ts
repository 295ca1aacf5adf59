const phoneOutlets = {
  title: '网点',
  one: '网点',
  search: '名称、拼音首字母或编码',
  none: '没有找到网点',
  noneHelp: '请换一个名称或编码',
  more: '共 {{count}} 个，请输入名称缩小范围',
  states: { preparing: '筹备中', open: '营业中', paused: '暂停营业', closed: '已关闭' },
  merged: '已自 {{from}} 起并入 {{code}}',
  since: '自 {{day}} 起；{{reason}}',
  keeper: '负责人 {{name}}，自 {{day}}',
  noKeeper: '还没有分配负责人',
  contacts: '关键联系人',
  noContacts: '还没有登记关键联系人',
  powers: { decides: '决策', advises: '影响', uses: '使用' },
  attitudes: { for: '支持', neutral: '中立', against: '反对' },
  needs: '需求',
  limits: '顾虑与限制',
  opportunities: '机会',
  business: '{{month}} 业务，截至今天',
  noBusiness: '本月和上月都没有业务',
  before: '上月同期 {{shown}}',
  commission: '{{month}} 本网点应付酬金',
  todo: '办理',
  apply: '申请网点变更',
};

export default phoneOutlets;

declare module '../names' {
  interface Texts {
    phoneOutlets: typeof phoneOutlets;
  }
}
