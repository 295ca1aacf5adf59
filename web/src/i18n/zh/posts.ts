const posts = {
  title: '岗位职责',
  practice: '渠道经理的职责、方法与素质',
  managerDuties: '{{count}} 项本职职责',
  methods: '{{count}} 种工作方法',
  qualities: '{{count}} 项素质',
  duties: '职责',
  duty: '职责',
  role: '责任角色',
  measure: '指标',
  documents: '文档',
  records: '工作记录',
  page: '打开页面',
  posts: '岗位说明',
  post: '岗位',
  purpose: '岗位目的',
  electronic: '电子渠道',
  comma: '、',
  rights: '权限（{{role}}）',
  holders: '查看任职人员',
  answers: '责任角色：{{role}}',
  log: '{{month}} 工作记录',
  noLog: '本月没有工作记录',
  noLogHelp: '本人的记录，以及您管辖人员的记录显示在这里',
  note: '记录工作',
  assign: '指定责任角色',
  assignHelp: '从现在起由该角色对这项职责负责。',
  save: '保存',
  saved: '已保存',
  day: '日期',
  subject: '对象',
  about: '内容',
  required: '必填',
  reason: '原因',
  reasonMissing: '请填写原因，至少 2 个字',
};

export default posts;

declare module '../names' {
  interface Texts {
    posts: typeof posts;
  }
}
