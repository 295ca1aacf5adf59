import type { Feature } from '@/shared/feature';

const feature: Feature = {
  routes: [
    { path: '/imports', page: () => import('./ImportsPage'), permission: 'import.read' },
    { path: '/imports/uploads/$id', page: () => import('./UploadPage'), permission: 'import.read' },
    { path: '/arrivals', page: () => import('./ArrivalsPage'), permission: 'import.read' },
  ],
  nav: [
    { group: 'data', order: 0, to: '/imports', zh: '导入中心', en: 'Import centre', permission: 'import.read' },
    { group: 'data', order: 10, to: '/arrivals', zh: '数据到达', en: 'Arrivals', permission: 'import.read' },
  ],
};

export default feature;
