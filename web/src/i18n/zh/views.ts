const views = {
  title: '我的视图',
  save: '保存当前页面为视图',
  saveVerb: '保存',
  saved: '视图已保存',
  name: '视图名称',
  nameMissing: '请填写名称',
  consequence: '保存本页的筛选、列和排序。打开视图的人只看到自己范围内的数据。',
  shareRoles: '共享给角色',
  sharePeople: '共享给个人',
  take: '同时改为本页当前的筛选、列和排序',
  none: '本页还没有视图',
  of: '{{owner}} 共享',
  shared: '已共享 {{count}}',
  edit: '修改视图 {{name}}',
  delete: '删除视图 {{name}}',
  deleteVerb: '删除',
  mail: '邮件订阅 {{name}}',
  mailHelp:
    '按选定的周期，把这个视图上一个完整周期（昨天、上周或上月）的数字发到邮箱，附全部明细。第一封随即发出；可随时在“我的账户”取消。',
  mailVerb: '订阅',
  mailDone: '已订阅，第一封邮件随即发出',
  rhythm: '周期',
  rhythms: { daily: '每天', weekly: '每周一', monthly: '每月一日' },
  address: '邮箱地址',
  addressWrong: '请填写邮箱地址，如 name@example.com',
  mails: '邮件订阅',
  mailsNone: '没有邮件订阅；在“业务量”的“我的视图”中可订阅',
  mailEnd: '取消订阅',
  mailEndSure: '不再发送这个视图的邮件。',
  mailLast: '最近一封：{{period}} 起的数字，{{state}}',
  mailStates: { sending: '发送中', sent: '已发送', failed: '未能发送' },
  deleteShared: '共享的人也不能再打开它。',
};

export default views;

declare module '../names' {
  interface Texts {
    views: typeof views;
  }
}
