import { Link } from '@tanstack/react-router';
import { api, type Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { percent } from '@/shared/format/money';
import { Block } from '@/shared/ui/Block';
import { PlainTable } from '@/shared/ui/PlainTable';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';

/** Visits shown. */
const MOST = 6;

const share = (hundredths: number | null) => (hundredths === null ? '—' : percent(hundredths / 10_000));

/** What visits say of an outlet: the last ones with their scores, what is open, what was promised. */
export function OutletVisits({ code }: { code: string }) {
  const t = useT('outletVisits');
  const visits = api.useQuery('get', '/api/v1/field/visits', { params: { query: { outlet: code, limit: MOST } } });
  const card = api.useQuery('get', '/api/v1/field/outlets/{code}/card', { params: { path: { code } } });
  return (
    <>
      <Block
        title={t('visits')}
        extra={
          <Link to="/field/visits" search={{ outlet: code } as never}>
            {t('all')}
          </Link>
        }
      >
        <QueryState query={visits} rows={3}>
          {({ rows }) => (rows.length === 0 ? <EmptyBox title={t('noVisits')} /> : <Visits rows={rows} />)}
        </QueryState>
      </Block>
      <Block
        title={t('promises')}
        extra={
          <Link to="/field/promises" search={{ outlet: code } as never}>
            {t('all')}
          </Link>
        }
      >
        <QueryState query={card} rows={3}>
          {(stop) => <Open stop={stop} />}
        </QueryState>
      </Block>
    </>
  );
}

function Visits({ rows }: { rows: Schema<'VisitLine'>[] }) {
  const t = useT('outletVisits');
  const label = useLabel('outletVisits');
  return (
    <PlainTable label={t('visits')} heads={[t('day'), t('manager'), { num: t('minutes') }, t('scores'), t('counts')]}>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id}>
            <th scope="row">
              <Link to="/field/visits/$id" params={{ id: row.id } as never}>
                {row.day}
              </Link>
            </th>
            <td>{row.manager_name}</td>
            <td className="num">{row.minutes ?? '—'}</td>
            <td>
              {row.scores.length === 0 && '—'}
              {row.scores.map((one) => (
                <div key={one.template}>{`${one.name} ${share(one.score)}`}</div>
              ))}
            </td>
            <td>
              <StatusTag tone={row.counts === 'yes' ? 'good' : row.counts === 'no' ? 'bad' : 'warn'}>
                {label('countStates', row.counts)}
              </StatusTag>
            </td>
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}

/** Promises and corrections that are open. */
function Open({ stop }: { stop: Schema<'FieldStop'> }) {
  const t = useT('outletVisits');
  const fixes = stop.issues.filter((issue) => issue.kind !== 'promise');
  if (stop.promises.length === 0 && fixes.length === 0) return <EmptyBox title={t('nothingOpen')} />;
  return (
    <PlainTable label={t('promises')} heads={[t('open'), t('since'), t('due')]}>
      <tbody>
        {stop.promises.map((one) => (
          <tr key={one.id}>
            <th scope="row">{one.text}</th>
            <td>{one.made_on}</td>
            <td>
              {one.due_on} {one.overdue && <StatusTag tone="bad">{t('overdue')}</StatusTag>}
            </td>
          </tr>
        ))}
        {fixes.map((one) => (
          <tr key={one.id}>
            <th scope="row">{one.text}</th>
            <td>{one.since}</td>
            <td>
              {one.due_on ?? '—'} {one.overdue && <StatusTag tone="bad">{t('overdue')}</StatusTag>}
            </td>
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}
