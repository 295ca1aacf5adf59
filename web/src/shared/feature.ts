// How a feature brings its pages: features/<name>/routes.tsx exports one of these, and the frame finds it.
import type { ComponentType } from 'react';

/** The jobs of the left navigation, in their order. */
export const GROUPS = ['work', 'network', 'field', 'orders', 'volume', 'settlement', 'policy', 'data', 'system'] as const;
export type Group = (typeof GROUPS)[number];

export interface PageRoute {
  /** `/outlets` or `/statements/$period/$partner`; read parameters with `useParams({ strict: false })`. */
  path: string;
  /** `() => import('./OutletsPage')`, whose default is the page. */
  page: () => Promise<{ default: ComponentType }>;
  /** Asked of whoever opens it; of several, one is enough. */
  permission?: string | readonly string[];
}

export interface NavEntry {
  group: Group;
  /** Place within the group. */
  order: number;
  to: string;
  zh: string;
  en: string;
  permission?: string | readonly string[];
}

export interface Feature {
  routes: readonly PageRoute[];
  nav?: readonly NavEntry[];
}
