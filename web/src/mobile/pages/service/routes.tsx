import type { PhonePage } from '../../feature';

const pages: PhonePage[] = [
  { path: '/service', page: () => import('./ListPage'), permission: 'order.read' },
  { path: '/service/new', page: () => import('./AskPage'), permission: ['order.take', 'order.handle'] },
];

export default pages;
