// By what the outlets of a map are told apart.
import type { Schema } from '@/api/client';

type Outlet = Schema<'FieldMapOutlet'>;

export const LAYERS = ['class', 'last', 'score', 'issues', 'territory', 'manager'] as const;
export type Layer = (typeof LAYERS)[number];

/** A class of a layer: a code whose words the page knows, or a name as it is. */
export interface Kind {
  code?: string;
  name?: string;
}

/** Colours and shapes there are; what is beyond them is one class. */
const MOST = 6;

const LAST = ['week', 'fortnight', 'month', 'longer', 'never'] as const;
const SCORE = ['good', 'fair', 'poor', 'unscored'] as const;
const ISSUES = ['none', 'few', 'many'] as const;

const lastOf = ({ days_since }: Outlet) =>
  days_since === null ? 4 : days_since <= 7 ? 0 : days_since <= 14 ? 1 : days_since <= 28 ? 2 : 3;
const scoreOf = ({ last_score }: Outlet) => (last_score === null ? 3 : last_score >= 8_500 ? 0 : last_score >= 6_000 ? 1 : 2);
const issuesOf = ({ issues }: Outlet) => (issues === 0 ? 0 : issues < 3 ? 1 : 2);

/** Classes of a layer, and to which an outlet belongs. */
export function layerOf(outlets: Outlet[], layer: Layer): { kinds: Kind[]; of: (outlet: Outlet) => number } {
  switch (layer) {
    case 'last':
      return { kinds: LAST.map((code) => ({ code })), of: lastOf };
    case 'score':
      return { kinds: SCORE.map((code) => ({ code })), of: scoreOf };
    case 'issues':
      return { kinds: ISSUES.map((code) => ({ code })), of: issuesOf };
    case 'class':
      return named(
        outlets,
        (outlet) => outlet.class,
        (outlet) => outlet.class,
        true,
      );
    case 'territory':
      return named(
        outlets,
        (outlet) => outlet.territory,
        (outlet) => outlet.territory_name,
        false,
      );
    case 'manager':
      return named(
        outlets,
        (outlet) => outlet.manager,
        (outlet) => outlet.manager_name,
        false,
      );
  }
}

/** By a value with a name: the most frequent ones, the rest together; sorted by value where that has an order. */
function named(outlets: Outlet[], value: (outlet: Outlet) => string, name: (outlet: Outlet) => string, sorted: boolean) {
  const counts = new Map<string, number>();
  for (const outlet of outlets) counts.set(value(outlet), (counts.get(value(outlet)) ?? 0) + 1);
  const ranked = [...counts.keys()].toSorted((a, b) =>
    sorted ? Number(a === '') - Number(b === '') || a.localeCompare(b) : counts.get(b)! - counts.get(a)! || a.localeCompare(b),
  );
  const kept = ranked.length > MOST ? ranked.slice(0, MOST - 1) : ranked;
  const names = new Map(outlets.map((outlet) => [value(outlet), name(outlet)]));
  const kinds: Kind[] = kept.map((key) => (key === '' ? { code: 'without' } : { name: names.get(key) || key }));
  if (kept.length < ranked.length) kinds.push({ code: 'others' });
  return {
    kinds,
    of: (outlet: Outlet) => {
      const at = kept.indexOf(value(outlet));
      return at < 0 ? kept.length : at;
    },
  };
}
