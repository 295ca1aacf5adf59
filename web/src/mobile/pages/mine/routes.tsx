import type { PhonePage } from '../../feature';

const pages: PhonePage[] = [
  { path: '/mine', page: () => import('./MinePage') },
  { path: '/mine/password', page: () => import('./PasswordPage') },
];

export default pages;
