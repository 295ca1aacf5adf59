import type { Feature } from '@/shared/feature';

const permission = 'price.read';
const works = ['price.manage', 'price.decide'];

const feature: Feature = {
  routes: [
    { path: '/prices/map', page: () => import('./MapPage'), permission },
    { path: '/prices/report', page: () => import('./ReportPage'), permission: works },
    { path: '/prices/agenda', page: () => import('./AgendaPage'), permission: 'price.manage' },
    { path: '/prices/books', page: () => import('./BooksPage'), permission },
    { path: '/prices/books/$id', page: () => import('./BookPage'), permission },
    { path: '/prices/checks', page: () => import('./ChecksPage'), permission },
    { path: '/prices/cases', page: () => import('./CasesPage'), permission },
    { path: '/prices/cases/$id', page: () => import('./CasePage'), permission },
    { path: '/prices/areas', page: () => import('./AreasPage'), permission },
    { path: '/prices/diversions', page: () => import('./DiversionsPage'), permission: 'price.manage' },
    { path: '/prices/protection', page: () => import('./ProtectionPage'), permission },
  ],
  nav: [
    { group: 'field', order: 300, to: '/prices/map', zh: '价格地图', en: 'Price map', permission },
    { group: 'field', order: 305, to: '/prices/report', zh: '价格与销量', en: 'Prices and sales', permission: works },
    { group: 'field', order: 310, to: '/prices/books', zh: '价格簿', en: 'Price books', permission },
    { group: 'field', order: 320, to: '/prices/checks', zh: '价格检查', en: 'Price checks', permission },
    { group: 'field', order: 325, to: '/prices/agenda', zh: '价格检查顺序', en: 'Prices to look at', permission: 'price.manage' },
    { group: 'field', order: 330, to: '/prices/cases', zh: '市场秩序案件', en: 'Market cases', permission },
    { group: 'field', order: 340, to: '/prices/areas', zh: '跨区授权', en: 'Authorised areas', permission },
    { group: 'field', order: 350, to: '/prices/diversions', zh: '窜货线索', en: 'Diversions', permission: 'price.manage' },
    { group: 'field', order: 360, to: '/prices/protection', zh: '价格保护', en: 'Price protection', permission },
  ],
};

export default feature;
