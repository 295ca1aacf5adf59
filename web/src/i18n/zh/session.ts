const session = {
  title: '登录',
  login: '登录名',
  loginMissing: '请输入登录名',
  password: '密码',
  passwordMissing: '请输入密码',
  totp: '动态验证码',
  totpHelp: '打开验证器应用，输入 6 位数字',
  signIn: '登录',
};

export default session;

declare module '../names' {
  interface Texts {
    session: typeof session;
  }
}
