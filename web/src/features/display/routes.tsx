import type { Feature } from '@/shared/feature';

const permission = 'display.read';

const feature: Feature = {
  routes: [
    { path: '/display/corrections', page: () => import('./CorrectionsPage'), permission },
    { path: '/display/pop', page: () => import('./PopPage'), permission },
    { path: '/display/pop/$id', page: () => import('./PopOnePage'), permission },
    { path: '/display/agreements', page: () => import('./AgreementsPage'), permission },
    { path: '/display/recalls', page: () => import('./RecallsPage'), permission },
    { path: '/display/standards', page: () => import('./StandardsPage'), permission },
    { path: '/display/plans', page: () => import('./PlansPage'), permission },
    { path: '/display/plans/$id', page: () => import('./PlanOnePage'), permission },
    { path: '/display/agencies', page: () => import('./AgenciesPage'), permission },
    { path: '/display/launches', page: () => import('./LaunchesPage'), permission },
    { path: '/display/rescores', page: () => import('./RescoresPage'), permission },
    { path: '/display/rescores/$id', page: () => import('./RescoreOnePage'), permission },
    { path: '/display/first-notice', page: () => import('./FirstNoticePage'), permission },
    { path: '/display/brand', page: () => import('./BrandPage'), permission },
    { path: '/display/outlets/$code', page: () => import('./OutletPage'), permission },
  ],
  nav: [
    { group: 'field', order: 200, to: '/display/corrections', zh: '陈列整改', en: 'Display corrections', permission },
    { group: 'field', order: 210, to: '/display/pop', zh: '物料', en: 'Material at outlets', permission },
    { group: 'field', order: 220, to: '/display/agreements', zh: '陈列协议', en: 'Display agreements', permission },
    { group: 'field', order: 230, to: '/display/recalls', zh: '物料撤换', en: 'Recalls of material', permission },
    { group: 'field', order: 240, to: '/display/standards', zh: '陈列标准', en: 'Display standards', permission },
    { group: 'field', order: 241, to: '/display/plans', zh: '投放计划', en: 'Placement plans', permission },
    { group: 'field', order: 242, to: '/display/agencies', zh: '广告公司', en: 'Ad companies', permission },
    { group: 'field', order: 243, to: '/display/launches', zh: '新品上市', en: 'Product launches', permission },
    { group: 'field', order: 244, to: '/display/rescores', zh: '检查复评', en: 'Second looks', permission },
    { group: 'field', order: 245, to: '/display/first-notice', zh: '第一注目率', en: 'First-notice rate', permission },
    { group: 'field', order: 246, to: '/display/brand', zh: '品牌手册', en: 'Brand book', permission },
  ],
};

export default feature;
