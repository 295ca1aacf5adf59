import { Button } from 'antd';
import type { Schema } from '@/api/client';
import { useT } from '@/i18n';
import { PlainTable } from '@/shared/ui/PlainTable';
import { OutletLink } from './parts';

type Plan = Schema<'FieldPlan'>;

/** Outlets planned less often than they should be, each with its reason. */
export function Left({ plan, onAdd }: { plan: Plan; onAdd: (row: Plan['left'][number]) => void }) {
  const t = useT('field');
  const common = useT('common');
  if (plan.left.length === 0) return <p className="muted">{t(plan.proposed ? 'noneLeft' : 'notProposed')}</p>;
  return (
    <PlainTable label={t('leftOut', { count: plan.left.length })} maxHeight={420}>
      <thead>
        <tr>
          <th scope="col">{t('outlet')}</th>
          <th scope="col">{t('class')}</th>
          <th scope="col" className="num">
            {t('wanted')}
          </th>
          <th scope="col" className="num">
            {t('given')}
          </th>
          <th scope="col">{t('why')}</th>
          {plan.may_change && (
            <th scope="col" className="no-print">
              {common('action')}
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {plan.left.map((row) => (
          <tr key={row.outlet}>
            <th scope="row">
              <OutletLink code={row.outlet} name={row.name} />
            </th>
            <td>{row.class || '—'}</td>
            <td className="num">{row.wanted}</td>
            <td className="num">{row.planned}</td>
            <td>{row.why_text}</td>
            {plan.may_change && (
              <td className="no-print">
                {row.why !== 'closed' && (
                  <Button size="small" aria-label={`${t('addStop')} ${row.name}`} onClick={() => onAdd(row)}>
                    {t('addStop')}
                  </Button>
                )}
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}

/** Promises whose day passes before the outlet is visited. */
export function LatePromises({ rows }: { rows: Plan['late'] }) {
  const t = useT('field');
  return (
    <PlainTable label={t('latePromises')} heads={[t('outlet'), t('dueOn')]}>
      <tbody>
        {rows.map((row) => (
          <tr key={`${row.outlet} ${row.due_on}`}>
            <th scope="row">
              <OutletLink code={row.outlet} name={row.name} />
            </th>
            <td>{row.due_on}</td>
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}
