const session = {
  title: '登录',
  login: '登录名',
  loginMissing: '请输入登录名',
  password: '密码',
  passwordMissing: '请输入密码',
  totp: '动态验证码',
  totpHelp: '打开验证器应用，输入 6 位数字',
  signIn: '登录',
  or: '或',
  ssoUnknown: '统一认证通过，但本系统没有您的账号，或已离职；请联系系统管理员',
  ssoState: '统一认证登录已过期，或不是从本页发起；请重新登录',
  ssoFailed: '统一认证没有成功；请重新登录，仍不行请联系系统管理员',
  first: {
    title: '修改初始密码',
    help: '初始密码由管理员设定，须先改成您自己的密码，才能继续使用。',
    old: '当前密码',
    fresh: '新密码',
    freshHelp: '8 个字符以上，不与登录名相同',
    again: '再输一次新密码',
    differs: '两次输入不一致',
    tooShort: '至少 8 个字符',
    change: '修改密码',
    done: '密码已修改，其他地方的登录已退出',
    out: '退出登录',
  },
};

export default session;

declare module '../names' {
  interface Texts {
    session: typeof session;
  }
}
