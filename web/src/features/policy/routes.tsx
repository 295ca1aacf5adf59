import type { Feature } from '@/shared/feature';

const feature: Feature = {
  routes: [
    { path: '/policies', page: () => import('./PoliciesPage'), permission: 'policy.read' },
    { path: '/policies/$name/$version', page: () => import('./VersionPage'), permission: 'policy.read' },
    { path: '/policy-drafts/$id', page: () => import('./DraftPage'), permission: 'policy.simulate' },
  ],
  nav: [{ group: 'policy', order: 0, to: '/policies', zh: '酬金政策', en: 'Policies', permission: 'policy.read' }],
};

export default feature;
