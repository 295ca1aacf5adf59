import type { Feature } from '@/shared/feature';

const permission = 'agreement.read';

const feature: Feature = {
  routes: [
    { path: '/agreements', page: () => import('./AgreementsPage'), permission },
    { path: '/agreements/$code', page: () => import('./AgreementPage'), permission },
    { path: '/agreement-drafts/$id', page: () => import('./DraftPage'), permission },
  ],
  nav: [{ group: 'network', order: 70, to: '/agreements', zh: '协议', en: 'Agreements', permission }],
};

export default feature;
