import type { Feature } from '@/shared/feature';

const permission = 'person.read';

const feature: Feature = {
  routes: [{ path: '/people', page: () => import('./PeoplePage'), permission }],
  nav: [{ group: 'system', order: 10, to: '/people', zh: '人员与角色', en: 'People and roles', permission }],
};

export default feature;
