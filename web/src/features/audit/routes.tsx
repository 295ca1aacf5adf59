import type { Feature } from '@/shared/feature';

const permission = 'audit.read';

const feature: Feature = {
  routes: [{ path: '/audit', page: () => import('./AuditPage'), permission }],
  nav: [{ group: 'system', order: 30, to: '/audit', zh: '审计日志', en: 'Audit trail', permission }],
};

export default feature;
