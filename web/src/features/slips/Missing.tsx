import { api, type Schema } from '@/api/client';
import { useT } from '@/i18n';
import { count } from '@/shared/format/money';
import { Block } from '@/shared/ui/Block';
import { PlainTable } from '@/shared/ui/PlainTable';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';

const AGES = ['overdue_1_3', 'overdue_4_7', 'overdue_8_30', 'overdue_longer'] as const;

/** Outlets with missing slips, by how long they are overdue. */
export function Missing({ onOutlet }: { onOutlet: (outlet: string) => void }) {
  const t = useT('slips');
  const query = api.useQuery('get', '/api/v1/slips/missing');
  return (
    <Block title={t('tabs.missing')}>
      <QueryState query={query} empty={(rows) => rows.length === 0} whenEmpty={<EmptyBox title={t('noMissing')} />}>
        {(rows) => <Ages rows={rows} onOutlet={onOutlet} />}
      </QueryState>
    </Block>
  );
}

function Ages({ rows, onOutlet }: { rows: Schema<'MissingSlips'>[]; onOutlet: (outlet: string) => void }) {
  const t = useT('slips');
  const common = useT('common');
  const sum = (pick: (row: Schema<'MissingSlips'>) => number) => count(rows.reduce((all, row) => all + pick(row), 0));
  return (
    <PlainTable label={t('tabs.missing')}>
      <thead>
        <tr>
          <th scope="col">{t('outlet')}</th>
          <th scope="col">{t('partner')}</th>
          {AGES.map((age) => (
            <th key={age} scope="col" className="num">
              {t(`ages.${age}`)}
            </th>
          ))}
          <th scope="col" className="num">
            {common('total')}
          </th>
          <th scope="col">{t('oldest')}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.outlet}>
            <th scope="row">{`${row.outlet_name} ${row.outlet}`}</th>
            <td>{row.partner_name}</td>
            {AGES.map((age) => (
              <td key={age} className="num">
                {row[age] > 0 ? count(row[age]) : '—'}
              </td>
            ))}
            <td className="num">
              <button
                type="button"
                className="link"
                aria-label={t('showMissing', { outlet: row.outlet_name, count: row.total })}
                onClick={() => onOutlet(row.outlet)}
              >
                {count(row.total)}
              </button>
            </td>
            <td>{row.oldest}</td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row" colSpan={2}>
            {common('total')}
          </th>
          {AGES.map((age) => (
            <td key={age} className="num">
              {sum((row) => row[age])}
            </td>
          ))}
          <td className="num">{sum((row) => row.total)}</td>
          <td>—</td>
        </tr>
      </tfoot>
    </PlainTable>
  );
}
