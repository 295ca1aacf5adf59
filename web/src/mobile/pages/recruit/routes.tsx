import type { PhonePage } from '../../feature';

const permission = 'recruit.read';

const pages: PhonePage[] = [
  { path: '/recruiting', page: () => import('./RecruitPage'), permission },
  { path: '/recruiting/events/$id', page: () => import('./GuestsPage'), permission },
];

export default pages;
