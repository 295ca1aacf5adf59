import type { Feature } from '@/shared/feature';

const feature: Feature = {
  routes: [{ path: '/downloads', page: () => import('./DownloadsPage') }],
  nav: [{ group: 'work', order: 65, to: '/downloads', zh: '下载中心', en: 'Downloads' }],
};

export default feature;
