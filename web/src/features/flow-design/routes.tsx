import type { Feature } from '@/shared/feature';

const DESIGNS = ['flow.define', 'flow.publish'];

const feature: Feature = {
  routes: [
    { path: '/flow-design', page: () => import('./DesignPage'), permission: DESIGNS },
    { path: '/flow-design/$flow/$version', page: () => import('./VersionPage'), permission: DESIGNS },
    { path: '/flow-drafts/$id', page: () => import('./DraftPage'), permission: DESIGNS },
  ],
  nav: [{ group: 'system', order: 25, to: '/flow-design', zh: '流程设计', en: 'Flow design', permission: DESIGNS }],
};

export default feature;
