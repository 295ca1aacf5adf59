import { useT } from '@/i18n';
import { figure, useFigures } from '@/shared/figures/ask';
import { count, percent } from '@/shared/format/money';
import { monthPlus, dayPlus } from '@/shared/format/time';
import { Block } from '@/shared/ui/Block';
import { PlainTable } from '@/shared/ui/PlainTable';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import type { Ground } from './Frame';
import { RETAINED_AFTER, triangle, type Cohort } from './cohort';

const RETAINED = ['retention_3m', 'retention_6m', 'retention_12m'] as const;
const MONTHS = 13;
/** A month that is still to come. */
const NOTHING = '\u00a0';

/** Who joined in a month and is still there so many months later, with the shares after 3, 6 and 12. */
export function Cohorts({ ground }: { ground: Ground }) {
  const t = useT('analysis');
  const last = ground.catalogue.last_state;
  const days = last && { from: `${monthPlus(last, 1 - MONTHS)}-01`, to: dayPlus(`${monthPlus(last, 1)}-01`, -1) };
  const active = useFigures(days ? { ...ground.ask(['cohort_active'], { by: ['month'], across: 'age' }), ...days } : undefined);
  const sizes = useFigures(days ? { ...ground.ask(['cohort_size', ...RETAINED], { by: ['month'] }), ...days } : undefined);
  if (!last)
    return (
      <Block title={t('cohort.title')}>
        <EmptyBox title={t('cohort.none')} help={t('cohort.noneHelp')} />
      </Block>
    );
  return (
    <Block title={t('cohort.title')} extra={<span className="muted small">{t('cohort.note', { month: last })}</span>}>
      <QueryState query={sizes} rows={8} empty={(found) => found.rows.length === 0} whenEmpty={<EmptyBox title={t('cohort.none')} />}>
        {(size) => (
          <QueryState query={active} rows={8}>
            {(found) => <Triangle cohorts={triangle(found, size, last)} />}
          </QueryState>
        )}
      </QueryState>
    </Block>
  );
}

/** A heat table: a row for each month joined, a column for each month since. */
function Triangle({ cohorts }: { cohorts: Cohort[] }) {
  const t = useT('analysis');
  const widest = Math.max(0, ...cohorts.map((cohort) => cohort.cells.length));
  const ages = Array.from({ length: widest }, (_, age) => age);
  return (
    <PlainTable label={t('tableOf', { name: t('cohort.title') })} className="heat-table">
      <caption className="sr">{t('cohort.caption')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('cohort.joined')}</th>
          <th scope="col" className="num">
            {t('cohort.size')}
          </th>
          {RETAINED.map((id, at) => (
            <th key={id} scope="col" className="num">
              {t('cohort.after', { months: RETAINED_AFTER[at]! })}
            </th>
          ))}
          {ages.map((age) => (
            <th key={age} scope="col" className="num">
              {t('cohort.age', { age })}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {cohorts.map((cohort) => (
          <tr key={cohort.month}>
            <th scope="row">{cohort.month}</th>
            <td className="num">{count(cohort.size)}</td>
            {cohort.retained.map((ppm, at) => (
              <td key={RETAINED[at]} className="num">
                {figure('ppm', ppm)}
              </td>
            ))}
            {ages.map((age) => {
              const cell = cohort.cells[age];
              if (!cell) return <td key={age}>{NOTHING}</td>;
              return (
                <td key={age} className={`num heat h${cell.shade}`}>
                  <strong>{cell.share === null ? '—' : percent(cell.share, 0)}</strong>
                  <br />
                  <span className="small">{count(cell.active)}</span>
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}
