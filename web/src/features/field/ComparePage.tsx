import { Link } from '@tanstack/react-router';
import { Button, Space } from 'antd';
import { api, type Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { saveCsv } from '@/shared/csv';
import { range, weekday } from '@/shared/format/time';
import { Block } from '@/shared/ui/Block';
import { PageHead } from '@/shared/ui/PageHead';
import { PlainTable } from '@/shared/ui/PlainTable';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { Figures, ManagerPick, OfManager, Outlets, share, SpanPick, useManager, useSpan } from './parts';

type Compared = Schema<'FieldCompared'>;

/** 计划与实际: planned against done, day by day. */
export default function ComparePage() {
  return <OfManager>{(login) => <Days key={login} manager={login} />}</OfManager>;
}

function Days({ manager }: { manager: string }) {
  const t = useT('field');
  const common = useT('common');
  const who = useManager();
  const span = useSpan();
  const query = api.useQuery('get', '/api/v1/field/plan/compare', { params: { query: { manager, from: span.from, to: span.to } } });
  return (
    <>
      <PageHead
        title={t('compare')}
        note={query.data && `${query.data.manager_name} · ${range(query.data.from, query.data.to)}`}
        actions={
          <Space wrap>
            <ManagerPick value={manager} managers={who.managers} onChange={who.pick} />
            <SpanPick from={span.from} to={span.to} onChange={span.pick} />
            <Button disabled={!query.data} onClick={() => query.data && exported(query.data, t)}>
              {common('export')}
            </Button>
            <Button onClick={() => print()}>{common('print')}</Button>
          </Space>
        }
      />
      <QueryState query={query} rows={12}>
        {(compared) => <Content compared={compared} />}
      </QueryState>
    </>
  );
}

function Content({ compared }: { compared: Compared }) {
  const t = useT('field');
  const { total, strike, minutes } = compared;
  return (
    <>
      <Figures
        rows={[
          [t('planShare'), share(total.plan_share)],
          [t('keptOf'), `${total.kept} / ${total.planned}`],
          [t('callShare'), share(total.call_share)],
          [t('routeShare'), share(total.route_share)],
          [t('strike'), share(strike.share)],
          [t('strikeOf'), `${strike.with_result} / ${strike.visits}`],
          [t('inside'), minutes.inside],
          [t('between'), minutes.between],
        ]}
      />
      <p className="muted">{t('compareHelp')}</p>
      <Block title={t('byDay')}>
        {compared.days.length === 0 ? (
          <EmptyBox title={t('nothingPlanned')} help={t('nothingPlannedHelp')} />
        ) : (
          <Table compared={compared} />
        )}
      </Block>
    </>
  );
}

function Table({ compared }: { compared: Compared }) {
  const t = useT('field');
  const label = useLabel('field');
  const heads = [
    t('day'),
    { num: t('plannedCount') },
    { num: t('keptCount') },
    { num: t('planShare') },
    { num: t('callShare') },
    { num: t('routeShare') },
    { num: t('inside') },
    { num: t('between') },
    t('missed'),
    t('unplanned'),
  ];
  return (
    <PlainTable label={t('byDay')} heads={heads}>
      <tbody>
        {compared.days.map(({ day, kind, adherence, minutes, missed, unplanned }) => (
          <tr key={day}>
            <th scope="row" style={{ whiteSpace: 'nowrap' }}>
              <Link to="/field/replay" search={{ manager: compared.manager, day } as never} aria-label={t('replayOf', { day })}>
                {day}
              </Link>{' '}
              <span className="muted">{weekday(day)}</span> {kind !== 'work' && <StatusTag>{label('dayKinds', kind)}</StatusTag>}
            </th>
            <td className="num">{adherence.planned}</td>
            <td className="num">{adherence.kept}</td>
            <td className="num">{share(adherence.plan_share)}</td>
            <td className="num">{share(adherence.call_share)}</td>
            <td className="num">{share(adherence.route_share)}</td>
            <td className="num">{minutes.inside}</td>
            <td className="num">{minutes.between}</td>
            <td>
              <Outlets rows={missed} most={4} />
            </td>
            <td>
              <Outlets rows={unplanned} most={4} />
            </td>
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}

function exported(compared: Compared, t: ReturnType<typeof useT<'field'>>) {
  const head = [
    'day',
    'plannedCount',
    'keptCount',
    'planShare',
    'callShare',
    'routeShare',
    'inside',
    'between',
    'missed',
    'unplanned',
  ] as const;
  const names = (rows: { name: string }[]) => rows.map((row) => row.name).join(t('comma'));
  const rows = compared.days.map(({ day, adherence, minutes, missed, unplanned }) => [
    day,
    String(adherence.planned),
    String(adherence.kept),
    share(adherence.plan_share),
    share(adherence.call_share),
    share(adherence.route_share),
    String(minutes.inside),
    String(minutes.between),
    names(missed),
    names(unplanned),
  ]);
  saveCsv([head.map((key) => t(key)), ...rows], `${t('compare')} ${compared.manager_name} ${compared.from} ${compared.to}`);
}
