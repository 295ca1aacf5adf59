import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Delta } from '@/shared/ui/Money';

export interface RankRow {
  key: string;
  place: number;
  name: string;
  /** Length of the bar. */
  value: number;
  shown: ReactNode;
  change?: number | null;
  to?: string;
  /** The asker's own row. */
  own?: boolean;
}

/** First to last, with bars. */
export function Ranking({ rows, label }: { rows: RankRow[]; label: string }) {
  const most = Math.max(1, ...rows.map((row) => row.value));
  return (
    <ol className="ranking" aria-label={label}>
      {rows.map((row) => (
        <li key={row.key} className={row.own ? 'own' : undefined}>
          <span className="place">{row.place}</span>
          <span className="name" title={row.name}>
            {row.to ? <Link to={row.to}>{row.name}</Link> : row.name}
          </span>
          <span className="bar" aria-hidden="true">
            <i style={{ width: `${(Math.max(0, row.value) / most) * 100}%` }} />
          </span>
          <span className="num">{row.shown}</span>
          <span className="num">{row.change !== undefined && <Delta share={row.change} />}</span>
        </li>
      ))}
    </ol>
  );
}
