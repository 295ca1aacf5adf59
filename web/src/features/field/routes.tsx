import type { Feature } from '@/shared/feature';

const permission = 'visit.read';

const feature: Feature = {
  routes: [
    { path: '/field/plan', page: () => import('./PlanPage'), permission },
    { path: '/field/route/$manager/$day', page: () => import('./RoutePage'), permission },
    { path: '/field/compare', page: () => import('./ComparePage'), permission },
    { path: '/field/visits', page: () => import('./VisitsPage'), permission },
    { path: '/field/visits/$id', page: () => import('./VisitPage'), permission },
    { path: '/field/replay', page: () => import('./ReplayPage'), permission },
    { path: '/field/review', page: () => import('./ReviewPage'), permission: 'visit.review' },
    { path: '/field/promises', page: () => import('./PromisesPage'), permission },
    { path: '/field/calls', page: () => import('./CallsPage'), permission },
    { path: '/field/diary', page: () => import('./DiaryPage'), permission },
    { path: '/field/diaries', page: () => import('./DiariesPage'), permission },
    { path: '/field/summary', page: () => import('./SummaryPage'), permission },
    { path: '/field/notes', page: () => import('./NotesPage'), permission },
    { path: '/field/team', page: () => import('./TeamPage'), permission },
    { path: '/field/map', page: () => import('./OutletMapPage'), permission },
    { path: '/field/checklists', page: () => import('./ChecklistsPage'), permission },
  ],
  nav: [
    { group: 'field', order: 10, to: '/field/plan', zh: '拜访计划', en: 'Visit plan', permission },
    { group: 'field', order: 20, to: '/field/compare', zh: '计划与实际', en: 'Planned and done', permission },
    { group: 'field', order: 30, to: '/field/visits', zh: '拜访记录', en: 'Visits', permission },
    { group: 'field', order: 40, to: '/field/review', zh: '拜访审阅', en: 'Visits to review', permission: 'visit.review' },
    { group: 'field', order: 50, to: '/field/promises', zh: '承诺登记', en: 'Promises', permission },
    { group: 'field', order: 55, to: '/field/calls', zh: '电话与预约', en: 'Calls and appointments', permission },
    { group: 'field', order: 60, to: '/field/diary', zh: '渠道日记', en: 'Diary', permission },
    { group: 'field', order: 70, to: '/field/diaries', zh: '团队日报', en: 'Diaries of the team', permission },
    { group: 'field', order: 80, to: '/field/summary', zh: '周月总结', en: 'Weekly and monthly review', permission },
    { group: 'field', order: 90, to: '/field/team', zh: '团队走访', en: 'Team in the field', permission },
    { group: 'field', order: 100, to: '/field/map', zh: '网点地图', en: 'Map of outlets', permission },
    { group: 'field', order: 110, to: '/field/notes', zh: '市场信息', en: 'Market notes', permission },
    { group: 'field', order: 120, to: '/field/checklists', zh: '检查表', en: 'Checklists', permission },
  ],
};

export default feature;
