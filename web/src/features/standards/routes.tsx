import type { Feature } from '@/shared/feature';

const permission = 'parameter.read';

const feature: Feature = {
  routes: [
    { path: '/standards', page: () => import('./StandardsPage'), permission },
    { path: '/switches', page: () => import('./SwitchesPage'), permission },
  ],
  nav: [
    { group: 'system', order: 25, to: '/standards', zh: '集团标准', en: 'Group standards', permission },
    { group: 'system', order: 26, to: '/switches', zh: '协同试点', en: 'Pilots', permission },
  ],
};

export default feature;
