import type { Catalogue } from '@/shared/figures/ask';

/** Metrics a target can be set for: those that are counted of an outlet, a partner and a county in a month. */
export const targetable = (catalogue: Catalogue) =>
  catalogue.metrics.filter((metric) => ['month', 'outlet', 'partner', 'county'].every((code) => metric.by.includes(code)));
