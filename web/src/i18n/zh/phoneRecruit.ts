const phoneRecruit = {
  title: '招商',
  prospects: '意向对象',
  events: '招商会',
  view: '查看',
  search: '姓名、店名或拼音首字母',
  none: '没有意向对象',
  noneHelp: '走访时点“新增意向”',
  eventNone: '没有正在筹备或跟进的招商会',
  stages: { found: '已发现', visited: '已走访', negotiated: '已洽谈', signed: '已签约', opened: '已开业', lost: '已流失' },
  step: '推进阶段',
  stage: '改为',
  note: '说明',
  outlet: '开业网点编码（该网点须有首笔订单）',
  save: '保存',
  saved: '已保存',
  add: '新增意向',
  name: '姓名',
  company: '店名或公司',
  phone: '电话',
  territory: '区划代码',
  fresh: '已新增意向',
  merged: '该电话已有意向，已归入',
  guests: '邀请名单',
  guestNone: '名单为空',
  answers: { open: '未确认', yes: '到会', no: '不到会', later: '待定' },
  confirm: '电话确认',
  answer: '结果',
  heldOn: '{{day}} · {{place}}',
  confirmed: '已确认 {{confirmed}} / 已邀请 {{invited}}',
};

export default phoneRecruit;

declare module '../names' {
  interface Texts {
    phoneRecruit: typeof phoneRecruit;
  }
}
