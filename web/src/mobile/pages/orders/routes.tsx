import type { PhonePage } from '../../feature';

const pages: PhonePage[] = [
  { path: '/orders', page: () => import('./ListPage'), permission: 'order.read' },
  { path: '/orders/$id', page: () => import('./OnePage'), permission: 'order.read' },
  { path: '/take', page: () => import('./TakePage'), permission: 'order.take' },
];

export default pages;
