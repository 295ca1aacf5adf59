import type { Feature } from '@/shared/feature';

const feature: Feature = {
  routes: [{ path: '/jobs', page: () => import('./JobsPage') }],
  nav: [{ group: 'work', order: 50, to: '/jobs', zh: '后台任务', en: 'Background work' }],
};

export default feature;
