import type { PhonePage } from '../../feature';

const permission = ['visit.make', 'roadshow.manage'];

const pages: PhonePage[] = [
  { path: '/roadshows', page: () => import('./ListPage'), permission },
  { path: '/roadshows/$id', page: () => import('./OnePage'), permission },
];

export default pages;
