import { DatePicker } from 'antd';
import dayjs from 'dayjs';
import { api, type Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { count, percent, yuan } from '@/shared/format/money';
import { Block } from '@/shared/ui/Block';
import { PlainTable } from '@/shared/ui/PlainTable';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { useUrl } from '@/shared/url';

/** Who used four fifths of a daily limit or more, the nearest to it first. */
export function NearLimits() {
  const t = useT('acceptance');
  const [url, change] = useUrl();
  const day = url.day;
  const query = api.useQuery('get', '/api/v1/acceptance/near-limits', { params: { query: { day } } });
  return (
    <Block
      title={t('tabs.near')}
      extra={
        <DatePicker
          aria-label={t('day')}
          placeholder={t('todayDay')}
          value={day ? dayjs(day) : null}
          onChange={(next) => change({ day: next?.format('YYYY-MM-DD') })}
        />
      }
    >
      <QueryState query={query} empty={(rows) => rows.length === 0} whenEmpty={<EmptyBox title={t('noNear')} help={t('noNearHelp')} />}>
        {(rows) => <Near rows={rows} />}
      </QueryState>
    </Block>
  );
}

const FULL = 1_000_000;

function Near({ rows }: { rows: Schema<'NearLimit'>[] }) {
  const t = useT('acceptance');
  const label = useLabel('acceptance');
  const of = (used: string, limit: string | null) => (limit === null ? used : `${used} / ${limit}`);
  return (
    <PlainTable
      label={t('tabs.near')}
      heads={[t('holder'), t('name'), t('level'), { num: t('ordersOfDay') }, { num: t('amountOfDay') }, { num: t('share') }]}
    >
      <tbody>
        {rows.map((row) => (
          <tr key={`${row.holder}/${row.code}`}>
            <td>{label('holders', row.holder)}</td>
            <th scope="row">{`${row.name} ${row.code}`}</th>
            <td>{row.level}</td>
            <td className="num">{of(count(row.orders), row.orders_limit === null ? null : count(row.orders_limit))}</td>
            <td className="num">{of(yuan(row.amount), row.amount_limit === null ? null : yuan(row.amount_limit))}</td>
            <td className="num">
              <StatusTag tone={row.share_ppm >= FULL ? 'bad' : 'warn'}>{percent(row.share_ppm / FULL)}</StatusTag>
            </td>
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}
