import type { Feature } from '@/shared/feature';

const permission = 'document.read';

const feature: Feature = {
  routes: [{ path: '/documents', page: () => import('./DocumentsPage'), permission }],
  nav: [{ group: 'work', order: 60, to: '/documents', zh: '文档', en: 'Documents', permission }],
};

export default feature;
