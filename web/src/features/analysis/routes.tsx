import type { Feature } from '@/shared/feature';

const permission = 'volume.read';
const grading = 'grading.read';

const feature: Feature = {
  routes: [
    { path: '/analysis/development', page: () => import('./DevelopmentPage'), permission },
    { path: '/analysis/main-push', page: () => import('./MainPushPage'), permission },
    { path: '/analysis/channel', page: () => import('./ChannelPage'), permission },
    { path: '/analysis/funnel', page: () => import('./FunnelPage'), permission },
    { path: '/analysis/holidays', page: () => import('./HolidaysPage'), permission },
    { path: '/analysis/grades', page: () => import('./GradesPage'), permission: grading },
    { path: '/analysis/verdicts', page: () => import('./VerdictsPage'), permission: grading },
    { path: '/analysis/verdicts/$id', page: () => import('./VerdictPage'), permission: grading },
    { path: '/analysis/targets', page: () => import('./TargetsPage'), permission },
  ],
  nav: [
    { group: 'volume', order: 5, to: '/analysis/targets', zh: '目标完成', en: 'Targets', permission },
    { group: 'volume', order: 10, to: '/analysis/development', zh: '发展量分析', en: 'Development', permission },
    { group: 'volume', order: 20, to: '/analysis/main-push', zh: '主推分析', en: 'Main push', permission },
    { group: 'volume', order: 30, to: '/analysis/channel', zh: '渠道规模', en: 'Size of the channel', permission },
    { group: 'volume', order: 40, to: '/analysis/funnel', zh: '漏斗', en: 'Funnel', permission },
    { group: 'volume', order: 50, to: '/analysis/holidays', zh: '节假日', en: 'Holidays', permission },
    { group: 'volume', order: 60, to: '/analysis/grades', zh: '网点分级', en: 'Grades of outlets', permission: grading },
    { group: 'volume', order: 65, to: '/analysis/verdicts', zh: '分级结论', en: 'Verdicts on outlets', permission: grading },
  ],
};

export default feature;
