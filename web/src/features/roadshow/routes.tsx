import type { Feature } from '@/shared/feature';

const permission = 'visit.read';

const feature: Feature = {
  routes: [
    { path: '/field/roadshows', page: () => import('./RoadshowsPage'), permission },
    { path: '/field/roadshows/$id', page: () => import('./RoadshowPage'), permission },
    { path: '/field/attendance', page: () => import('./AttendancePage'), permission },
  ],
  nav: [
    { group: 'field', order: 57, to: '/field/roadshows', zh: '流动助销', en: 'Roadshows', permission },
    { group: 'field', order: 58, to: '/field/attendance', zh: '助销到岗', en: 'Attendance', permission },
  ],
};

export default feature;
