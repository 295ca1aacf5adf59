import { useQuery } from '@tanstack/react-query';
import { answer, http } from '@/api/client';
import { useT } from '@/i18n';
import { figure, type Metric } from '@/shared/figures/ask';
import type { Days } from '@/shared/figures/period';

/** The asker's own places by a metric; none for whoever sees everything. */
export const useStanding = (metric: string, { from, to }: Days) =>
  useQuery({
    queryKey: ['standing', metric, from, to],
    queryFn: () => answer(http.POST('/api/v1/metrics/standing', { body: { metric, from, to } })),
  });

/** The own rows, pinned above a ranking: a place among others of the kind, whose figures stay theirs. */
export function Own({ metric, days }: { metric: Metric; days: Days }) {
  const t = useT('volume');
  const own = useStanding(metric.id, days).data ?? [];
  if (own.length === 0) return null;
  return (
    <ul className="ranking pinned" aria-label={t('own')}>
      {own.map((one) => (
        <li key={`${one.dimension}${one.key}`} className="own">
          <span className="place">{one.rank}</span>
          <span className="name" title={one.name}>
            {one.name}
          </span>
          <span className="among">
            {t('place', { rank: one.rank, of: one.of })}
            <br />
            <span className="muted small">{one.among}</span>
          </span>
          <span className="num">{figure(metric.unit, one.value)}</span>
        </li>
      ))}
    </ul>
  );
}
