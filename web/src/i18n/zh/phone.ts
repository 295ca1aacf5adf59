const phone = {
  product: '渠道',
  back: '返回',
  close: '关闭',
  retry: '重试',
  loading: '加载中',
  empty: '暂无数据',
  failed: '加载失败，请稍后重试',
  traceId: '追踪号',
  offline: '当前没有网络；已填写的内容保存在本机',
  tabs: {
    label: '主导航',
    home: '首页',
    business: '业务',
    commission: '酬金',
    applications: '审批',
    orders: '订单',
    learn: '学习',
    mine: '我的',
  },
  photo: { add: '添加照片', of: '第 {{number}} 张照片', remove: '移除{{name}}', wrong: '无法读取这个文件，请换一张照片' },
  mine: {
    title: '我的',
    lang: '语言',
    theme: '外观',
    light: '浅色',
    dark: '深色',
    system: '跟随系统',
    size: '字号',
    normal: '标准',
    large: '大字',
    signOut: '退出登录',
    console: '打开电脑版页面',
    account: '账户',
  },
  session: {
    title: '登录',
    login: '登录名',
    password: '密码',
    totp: '动态验证码',
    totpHelp: '打开验证器应用，输入 6 位数字',
    signIn: '登录',
    expired: '登录已过期',
    expiredHelp: '请重新登录；已填写的内容不会丢失',
    missing: '请输入登录名和密码',
  },
  password: {
    first: '修改初始密码',
    firstHelp: '{{name}}，您好。初始密码由管理员设定，请先改成您自己的密码，再继续使用。',
    old: '当前密码',
    oldMissing: '请输入当前密码',
    fresh: '新密码',
    freshHelp: '8 个字符以上，不与登录名相同',
    tooShort: '至少 8 个字符',
    again: '再输一次新密码',
    differs: '两次输入不一致',
    change: '修改密码',
    done: '密码已修改，其他地方的登录已退出',
  },
  update: { ready: '有新版本', now: '立即更新' },
  pageMissing: '没有这个页面',
  pageMissingHelp: '页面可能已经移走，请从首页重新进入',
  pageBroken: '页面出错，请刷新后重试',
  reload: '刷新',
  forbidden: '您没有查看这个页面的权限',
};

export default phone;

declare module '../names' {
  interface Texts {
    phone: typeof phone;
  }
}
