import type { PhonePage } from '../../feature';

const permission = 'visit.make';

const pages: PhonePage[] = [
  { path: '/field', page: () => import('./TodayPage'), permission },
  { path: '/field/outlets', page: () => import('./OutletsPage'), permission },
  { path: '/field/outbox', page: () => import('./OutboxPage'), permission },
  { path: '/field/promises', page: () => import('./PromisesPage'), permission },
  { path: '/field/calls', page: () => import('./CallsPage'), permission },
  { path: '/field/review', page: () => import('./ReviewPage'), permission },
  { path: '/field/diary', page: () => import('./DiaryPage'), permission },
  { path: '/field/visit/$code', page: () => import('./VisitPage'), permission },
  { path: '/field/visit/$code/$step', page: () => import('./StepPage'), permission },
  { path: '/field/visit/$code/check/$template', page: () => import('./ChecklistPage'), permission },
];

export default pages;
