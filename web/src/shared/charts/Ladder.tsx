import type { ReactNode } from 'react';
import { useT } from '@/i18n';

export interface Rung {
  name: string;
  threshold: ReactNode;
  pays: ReactNode;
  reached: boolean;
}

/** Tiers from the lowest to the highest, and what is missing to the next. */
export function Ladder({ rungs, gap, label }: { rungs: Rung[]; gap?: string; label: string }) {
  const t = useT('common');
  const next = rungs.find((rung) => !rung.reached);
  return (
    <div>
      <p style={{ marginTop: 0 }}>{next ? gap && t('chart.toGo', { tier: next.name, gap }) : t('chart.top')}</p>
      <ol className="ladder" aria-label={label}>
        {rungs.map((rung) => (
          <li key={rung.name} className={rung.reached ? 'reached' : undefined}>
            <span>
              {rung.name}
              {rung.reached && <span className="sr"> {t('chart.reached')}</span>}
              <span className="small" style={{ display: 'block' }}>
                {rung.threshold}
              </span>
            </span>
            <span className="num">{rung.pays}</span>
          </li>
        ))}
      </ol>
    </div>
  );
}
