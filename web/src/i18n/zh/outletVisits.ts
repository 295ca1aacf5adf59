const outletVisits = {
  visits: '最近拜访',
  all: '全部',
  noVisits: '还没有拜访',
  day: '日期',
  manager: '渠道经理',
  minutes: '时长（分）',
  scores: '得分',
  counts: '是否计入',
  countStates: {
    open: '未提交',
    held: '待审阅',
    yes: '计入',
    no: '不计入',
  },
  promises: '承诺与待整改',
  nothingOpen: '没有未了事项',
  open: '事项',
  since: '自',
  due: '到期',
  overdue: '已逾期',
};

export default outletVisits;

declare module '../names' {
  interface Texts {
    outletVisits: typeof outletVisits;
  }
}
