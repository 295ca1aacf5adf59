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
  or: 'or',
  ssoUnknown: 'You were recognised, but have no account here, or left; ask an administrator',
  ssoState: 'This sign-in took too long or was not begun here; sign in again',
  ssoFailed: 'The single sign-on did not succeed; sign in again, or ask an administrator',
  first: {
    title: 'Change your first password',
    help: 'An administrator set your first password. Choose one of your own to go on.',
    old: 'Present password',
    fresh: 'New password',
    freshHelp: '8 characters or more, not your login',
    again: 'New password again',
    differs: 'The two are not the same',
    tooShort: 'At least 8 characters',
    change: 'Change password',
    done: 'Your password is changed; you are signed out everywhere else',
    out: 'Sign out',
  },
};

export default session;
