import type { Feature } from '@/shared/feature';

const feature: Feature = { routes: [{ path: '/account', page: () => import('./AccountPage') }] };

export default feature;
