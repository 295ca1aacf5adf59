import type { PhonePage } from '../../feature';

const pages: PhonePage[] = [{ path: '/mine', page: () => import('./MinePage') }];

export default pages;
