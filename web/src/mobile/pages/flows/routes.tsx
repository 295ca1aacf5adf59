import type { PhonePage } from '../../feature';

const TAKES_PART = ['flow.start', 'flow.decide', 'flow.read'];

const pages: PhonePage[] = [
  { path: '/applications', page: () => import('./ListPage'), permission: TAKES_PART },
  { path: '/applications/new', page: () => import('./NewPage'), permission: 'flow.start' },
  { path: '/applications/new/$flow', page: () => import('./StartPage'), permission: 'flow.start' },
  { path: '/applications/$id', page: () => import('./OnePage'), permission: TAKES_PART },
  { path: '/applications/$id/edit', page: () => import('./EditPage'), permission: 'flow.start' },
];

export default pages;
