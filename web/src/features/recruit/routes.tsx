import type { Feature } from '@/shared/feature';

const permission = 'recruit.read';

const feature: Feature = {
  routes: [
    { path: '/recruiting/events', page: () => import('./EventsPage'), permission },
    { path: '/recruiting/events/$id', page: () => import('./EventPage'), permission },
    { path: '/recruiting/prospects', page: () => import('./ProspectsPage'), permission },
    { path: '/recruiting/enquiries', page: () => import('./EnquiriesPage'), permission },
    { path: '/recruiting/plans', page: () => import('./PlansPage'), permission },
  ],
  nav: [
    { group: 'network', order: 80, to: '/recruiting/plans', zh: '拓展计划', en: 'Expansion plans', permission },
    { group: 'network', order: 82, to: '/recruiting/prospects', zh: '意向对象', en: 'Prospects', permission },
    { group: 'network', order: 84, to: '/recruiting/enquiries', zh: '代理接洽', en: 'Enquiries', permission },
    { group: 'network', order: 86, to: '/recruiting/events', zh: '招商会', en: 'Recruiting events', permission },
  ],
};

export default feature;
