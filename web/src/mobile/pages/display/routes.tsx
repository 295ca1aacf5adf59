import type { PhonePage } from '../../feature';

const permission = 'display.manage';

const pages: PhonePage[] = [
  { path: '/display/$code', page: () => import('./OutletPage'), permission },
  { path: '/rescores', page: () => import('./RescoresPage'), permission },
];

export default pages;
