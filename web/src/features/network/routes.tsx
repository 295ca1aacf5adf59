import type { Feature } from '@/shared/feature';

const permission = 'partner.read';

const feature: Feature = {
  routes: [
    { path: '/partners', page: () => import('./PartnersPage'), permission },
    { path: '/outlets', page: () => import('./OutletsPage'), permission },
    { path: '/clerks', page: () => import('./ClerksPage'), permission },
    { path: '/network/map', page: () => import('./MapPage'), permission },
    { path: '/network/territories', page: () => import('./TerritoriesPage'), permission },
  ],
  nav: [
    { group: 'network', order: 10, to: '/partners', zh: '代理商', en: 'Partners', permission },
    { group: 'network', order: 20, to: '/outlets', zh: '网点', en: 'Outlets', permission },
    { group: 'network', order: 30, to: '/clerks', zh: '店员', en: 'Clerks', permission },
    { group: 'network', order: 40, to: '/network/map', zh: '渠道分布', en: 'Where they are', permission },
    { group: 'network', order: 45, to: '/network/territories', zh: '区域覆盖', en: 'Coverage', permission },
  ],
};

export default feature;
