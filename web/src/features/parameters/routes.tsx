import type { Feature } from '@/shared/feature';

const permission = 'parameter.read';

const feature: Feature = {
  routes: [{ path: '/parameters', page: () => import('./ParametersPage'), permission }],
  nav: [{ group: 'system', order: 20, to: '/parameters', zh: '参数登记册', en: 'Parameters', permission }],
};

export default feature;
