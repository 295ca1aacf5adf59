import type { English } from '../names';

const session: English<'session'> = {
  title: 'Sign in',
  login: 'Login',
  loginMissing: 'Enter your login',
  password: 'Password',
  passwordMissing: 'Enter your password',
  totp: 'One-time code',
  totpHelp: 'Open your authenticator app and enter the 6 digits',
  signIn: 'Sign in',
};

export default session;
