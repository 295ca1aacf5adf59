const calls = {
  title: '电话回访与预约',
  note: '登记电话',
  noteHelp: '接通的电话要有书面纪要；约好的上门会进入当日待办',
  today: '当日电话',
  reached: '当日接通',
  week: '本周电话',
  madeOf: '{{made}} / {{target}}',
  met: '达标',
  notMet: '未达标',
  morning: '上午电话 {{from}}–{{to}}',
  afternoon: '下午拜访 {{from}}–{{to}}',
  nobody: '名单里的网点当日都联系过了',
  whom: '该联系的网点',
  whomShort: '网点或代理商',
  outlet: '网点',
  contact: '联系人',
  lastOn: '上次接通',
  never: '从未',
  action: '操作',
  appointments: '待履约的预约',
  noAppointments: '没有待履约的预约',
  overdue: '已过期',
  close: '了结预约',
  visits: '计划拜访',
  noVisits: '当日没有排拜访',
  list: '通话记录',
  at: '时间',
  manager: '渠道经理',
  outcome: '结果',
  outcomes: { reached: '已接通', no_answer: '未接通', declined: '对方不便' },
  minute: '纪要',
  appointment: '预约',
  states: { open: '待履约', kept: '已履约', dropped: '已取消' },
  days: '通话日期',
  none: '没有通话记录',
  noneHelp: '在手机上点联系人即可登记，也可在这里登记',
  save: '保存',
  saved: '已保存',
  needed: '必填',
  atLeast: '至少 2 个字',
  meetOn: '预约上门日期',
  meetAt: '时间',
  state: '结果',
  reason: '原因',
};

export default calls;

declare module '../names' {
  interface Texts {
    calls: typeof calls;
  }
}
