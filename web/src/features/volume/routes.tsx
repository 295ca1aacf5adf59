import type { Feature } from '@/shared/feature';

const feature: Feature = {
  routes: [
    { path: '/volume', page: () => import('./VolumePage'), permission: 'volume.read' },
    { path: '/volume/metrics', page: () => import('./CataloguePage'), permission: 'volume.read' },
  ],
  nav: [
    { group: 'volume', order: 0, to: '/volume', zh: '业务量', en: 'Business volume', permission: 'volume.read' },
    { group: 'volume', order: 90, to: '/volume/metrics', zh: '指标说明', en: 'About the metrics', permission: 'volume.read' },
  ],
};

export default feature;
