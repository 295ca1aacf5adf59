import type { PhonePage } from '../../feature';

const permission = 'agreement.read';

const pages: PhonePage[] = [
  { path: '/agreements', page: () => import('./ListPage'), permission },
  { path: '/agreements/$code', page: () => import('./OnePage'), permission },
  { path: '/agreement-drafts/$id', page: () => import('./SignPage'), permission },
];

export default pages;
