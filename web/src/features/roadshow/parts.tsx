import type { ReactNode } from 'react';
import type { Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { count } from '@/shared/format/money';
import { clock, instant } from '@/shared/format/time';
import { levelTone } from '@/shared/roadshow';
import { Money } from '@/shared/ui/Money';
import { PlainTable } from '@/shared/ui/PlainTable';
import { StatusTag } from '@/shared/ui/StatusTag';

type Totals = Schema<'RoadshowTotals'>;
type Presence = Schema<'FieldPresence'>;

/** Sums of stops, cost per activation last. */
export function Sums({ totals }: { totals: Totals }) {
  const t = useT('roadshow');
  const rows: [string, ReactNode][] = [
    [t('stops'), count(totals.stops)],
    [t('visitors'), count(totals.visitors)],
    [t('demos'), count(totals.demos)],
    [t('leads'), count(totals.leads)],
    [t('activations'), count(totals.activations)],
    [t('handsets'), count(totals.handsets)],
    [t('cost'), <Money key="cost" fen={totals.cost} />],
    [t('perActivation'), totals.cost_per_activation === null ? '—' : <Money key="per" fen={totals.cost_per_activation} />],
  ];
  return (
    <dl className="figures">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Who was where from when to when, with what the positions are worth. */
export function Presences({ rows, places }: { rows: readonly Presence[]; places: (row: Presence) => string }) {
  const t = useT('roadshow');
  const label = useLabel('roadshow');
  const level = (name: string, metres: number | null) => (
    <>
      <StatusTag tone={levelTone(name)}>{label('levels', name)}</StatusTag> {metres !== null && t('metres', { metres: count(metres) })}
    </>
  );
  return (
    <PlainTable
      label={t('attendance')}
      heads={[t('day'), t('person'), t('purpose'), t('place'), t('came'), t('cameAt'), t('left'), t('leftAt'), { num: t('minutes') }]}
    >
      <tbody>
        {rows.map((row) => (
          <tr key={row.id}>
            <td>{row.day}</td>
            <td title={row.person}>{row.name}</td>
            <td>{label('kinds', row.kind)}</td>
            <td>{places(row)}</td>
            <td>{clock(instant(row.came_us))}</td>
            <td>{level(row.came_level, row.came_m)}</td>
            <td>{row.left_us === null ? t('there') : clock(instant(row.left_us))}</td>
            <td>{row.left_us === null ? '—' : level(row.left_level, row.left_m)}</td>
            <td className="num">{row.minutes === null ? '—' : count(row.minutes)}</td>
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}
