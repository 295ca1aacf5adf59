const phoneCalls = {
  title: '电话回访与预约',
  old: '没有网络，显示的是上次取得的名单',
  noted: '已登记',
  today: '今日 {{made}} / {{target}} 个电话',
  met: '已达标',
  progress: '今日电话进度',
  week: '本周 {{made}} / {{target}}',
  appointments: '待履约的预约',
  overdue: '已过期',
  whom: '该联系的网点',
  owner: '店主',
  last: '上次联系 {{day}}',
  never: '还没有联系过',
  nobody: '名单里的网点今天都联系过了',
  nobodyHelp: '下午按计划拜访；接听的电话也可在网点里登记',
  afternoon: '下午拜访 {{from}}–{{to}}',
  visits: '{{count}} 家',
  noVisits: '今天没有排拜访',
  ready: { fine: '回访，经营正常', material: '需补物料，已记下', commission: '询问佣金，已解释', visit: '欢迎上门，按计划拜访' },
  outcomes: { no_answer: '未接通', declined: '对方不便' },
  write: '写纪要或预约',
  minute: '纪要',
  meet: '预约上门',
  meets: { none: '不预约', tomorrow: '明天', other: '其他日子' },
  meetOn: '哪一天',
  minuteMissing: '请写纪要，至少 2 个字',
  meetPast: '预约日期不能早于今天',
  save: '保存',
};

export default phoneCalls;

declare module '../names' {
  interface Texts {
    phoneCalls: typeof phoneCalls;
  }
}
