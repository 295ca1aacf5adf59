import type { Feature } from '@/shared/feature';

const feature: Feature = {
  routes: [{ path: '/posts', page: () => import('./PostsPage') }],
  nav: [{ group: 'system', order: 15, to: '/posts', zh: '岗位职责', en: 'Posts and duties', permission: ['person.read', 'document.read'] }],
};

export default feature;
