import type { PhonePage } from '../../feature';

const pages: PhonePage[] = [
  { path: '/supply', page: () => import('./ListPage'), permission: 'supply.read' },
  { path: '/supply/new', page: () => import('./NewPage'), permission: 'supply.order' },
  { path: '/supply/$id', page: () => import('./OnePage'), permission: 'supply.read' },
];

export default pages;
