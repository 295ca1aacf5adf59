import type { PhonePage } from '../../feature';

const permission = 'partner.read';

const pages: PhonePage[] = [
  { path: '/outlets', page: () => import('./ListPage'), permission },
  { path: '/outlets/$code', page: () => import('./OnePage'), permission },
];

export default pages;
