import type { Feature } from '@/shared/feature';

const feature: Feature = {
  routes: [{ path: '/', page: () => import('./HomePage') }],
  nav: [{ group: 'work', order: 0, to: '/', zh: '工作台', en: 'Workbench' }],
};

export default feature;
