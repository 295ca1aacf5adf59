import type { PhonePage } from '../../feature';

const pages: PhonePage[] = [{ path: '/prices', page: () => import('./PricesPage'), permission: 'price.read' }];

export default pages;
