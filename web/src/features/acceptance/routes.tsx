import type { Feature } from '@/shared/feature';

const permission = 'acceptance.read';

const feature: Feature = {
  routes: [{ path: '/acceptance', page: () => import('./AcceptancePage'), permission }],
  nav: [{ group: 'orders', order: 40, to: '/acceptance', zh: '受理权限', en: 'Acceptance levels', permission }],
};

export default feature;
