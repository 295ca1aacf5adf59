import type { Feature } from '@/shared/feature';

const permission = 'partner.read';

const feature: Feature = {
  routes: [
    { path: '/partners', page: () => import('./PartnersPage'), permission },
    { path: '/partners/$code', page: () => import('./PartnerPage'), permission },
    { path: '/outlets', page: () => import('./OutletsPage'), permission },
    { path: '/outlets/$code', page: () => import('./OutletPage'), permission },
    { path: '/clerks', page: () => import('./ClerksPage'), permission },
    { path: '/network/map', page: () => import('./MapPage'), permission },
    { path: '/network/territories', page: () => import('./TerritoriesPage'), permission },
    { path: '/candidates', page: () => import('./CandidatesPage'), permission: 'partner.manage' },
    { path: '/onboarding', page: () => import('./OnboardingPage'), permission: 'partner.manage' },
    { path: '/exits', page: () => import('./ExitsPage'), permission },
    { path: '/exits/$id', page: () => import('./ExitPage'), permission },
    { path: '/blacklist', page: () => import('./BlacklistPage'), permission: 'blacklist.read' },
  ],
  nav: [
    { group: 'network', order: 10, to: '/partners', zh: '代理商', en: 'Partners', permission },
    { group: 'network', order: 20, to: '/outlets', zh: '网点', en: 'Outlets', permission },
    { group: 'network', order: 30, to: '/clerks', zh: '店员', en: 'Clerks', permission },
    { group: 'network', order: 40, to: '/network/map', zh: '渠道分布', en: 'Where they are', permission },
    { group: 'network', order: 45, to: '/network/territories', zh: '区域覆盖', en: 'Coverage', permission },
    { group: 'network', order: 50, to: '/candidates', zh: '拓展对象', en: 'Candidates', permission: 'partner.manage' },
    { group: 'network', order: 55, to: '/onboarding', zh: '批量入网', en: 'Bulk onboarding', permission: 'partner.manage' },
    { group: 'network', order: 60, to: '/exits', zh: '退出单', en: 'Exits', permission },
    { group: 'network', order: 65, to: '/blacklist', zh: '黑名单', en: 'Blacklist', permission: 'blacklist.read' },
  ],
};

export default feature;
