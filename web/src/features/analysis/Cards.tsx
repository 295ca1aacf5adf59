import type { ReactNode } from 'react';
import { useT } from '@/i18n';
import { figure, part, type Cell, type Metric } from '@/shared/figures/ask';
import { Delta } from '@/shared/ui/Money';

export interface Card {
  key: string;
  title: string;
  shown: ReactNode;
  /** Below the figure. */
  note?: ReactNode;
}

/** Key figures in a row. */
export function Cards({ cards, label }: { cards: Card[]; label: string }) {
  return (
    <dl className="home-figures" aria-label={label}>
      {cards.map((card) => (
        <div key={card.key}>
          <dt className="muted">{card.title}</dt>
          <dd className="figure">{card.shown}</dd>
          {card.note && <dd className="small">{card.note}</dd>}
        </div>
      ))}
    </dl>
  );
}

/** A metric's total as a card, with what stands beside it. */
export function useMetricCard() {
  const t = useT('analysis');
  const v = useT('volume');
  return (metric: Metric, cell: Cell | undefined, onOpen?: () => void): Card => {
    const words = `${figure(metric.unit, cell?.value)}${metric.unit === 'ppm' ? '' : ` ${v(`unit.${metric.unit as 'count'}`)}`}`;
    return {
      key: metric.id,
      title: metric.name,
      shown: onOpen ? (
        <button type="button" className="link" onClick={onOpen}>
          {words}
        </button>
      ) : (
        words
      ),
      note: (
        <>
          {cell?.growth_ppm !== undefined && (
            <>
              {t('growth')} <Delta share={part(cell.growth_ppm)} />{' '}
            </>
          )}
          {cell?.year_growth_ppm !== undefined && (
            <>
              {t('yearGrowth')} <Delta share={part(cell.year_growth_ppm)} />
            </>
          )}
        </>
      ),
    };
  };
}
