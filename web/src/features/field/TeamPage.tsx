import { Link } from '@tanstack/react-router';
import { Button, Space } from 'antd';
import { api, type Schema } from '@/api/client';
import { useT } from '@/i18n';
import { saveCsv } from '@/shared/csv';
import { range } from '@/shared/format/time';
import { Block } from '@/shared/ui/Block';
import { PageHead } from '@/shared/ui/PageHead';
import { PlainTable } from '@/shared/ui/PlainTable';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { Figures, share, SpanPick, useSpan } from './parts';

type Team = Schema<'FieldTeam'>;
type Row = Team['rows'][number];

/** 团队走访: figures of every manager of the team, by name. */
export default function TeamPage() {
  const t = useT('field');
  const common = useT('common');
  const span = useSpan();
  const query = api.useQuery('get', '/api/v1/field/team', { params: { query: { from: span.from, to: span.to } } });
  return (
    <>
      <PageHead
        title={t('team')}
        note={range(span.from, span.to)}
        actions={
          <Space wrap>
            <SpanPick from={span.from} to={span.to} onChange={span.pick} />
            <Button disabled={!query.data} onClick={() => query.data && exported(query.data, t)}>
              {common('export')}
            </Button>
            <Button onClick={() => print()}>{common('print')}</Button>
          </Space>
        }
      />
      <QueryState
        query={query}
        rows={10}
        empty={(team) => team.rows.length === 0}
        whenEmpty={<EmptyBox title={t('noTeam')} help={t('noManagerHelp')} />}
      >
        {(team) => <Content team={team} />}
      </QueryState>
    </>
  );
}

const sum = (rows: Row[], of: (row: Row) => number) => rows.reduce((all, row) => all + of(row), 0);

/** A share of sums in hundredths of a percent. */
const ratio = (part: number, whole: number) => (whole === 0 ? null : Math.round((10_000 * part) / whole));

function Content({ team }: { team: Team }) {
  const t = useT('field');
  const { rows } = team;
  return (
    <>
      <Figures
        rows={[
          [t('managers'), rows.length],
          [
            t('coverage'),
            share(
              ratio(
                sum(rows, (row) => row.covered),
                sum(rows, (row) => row.outlets),
              ),
            ),
          ],
          [t('visitsCounted'), sum(rows, (row) => row.visits.counted)],
          [t('visitsHeld'), sum(rows, (row) => row.visits.held)],
          [
            t('planShare'),
            share(
              ratio(
                sum(rows, (row) => row.adherence.kept),
                sum(rows, (row) => row.adherence.planned),
              ),
            ),
          ],
          [
            t('strike'),
            share(
              ratio(
                sum(rows, (row) => row.strike.with_result),
                sum(rows, (row) => row.strike.visits),
              ),
            ),
          ],
          [
            t('keptRate'),
            share(
              ratio(
                sum(rows, (row) => row.promises.in_time),
                sum(rows, (row) => row.promises.due),
              ),
            ),
          ],
        ]}
      />
      <p className="muted">{t('teamHelp')}</p>
      <Block title={t('byManager')}>
        <Table team={team} />
      </Block>
    </>
  );
}

function Table({ team }: { team: Team }) {
  const t = useT('field');
  const { from, to } = team;
  const heads = [
    t('manager'),
    { num: t('outlets') },
    { num: t('coverage') },
    { num: t('visitsCounted') },
    { num: t('visitsHeld') },
    { num: t('planShare') },
    { num: t('callShare') },
    { num: t('routeShare') },
    { num: t('strike') },
    { num: t('inside') },
    { num: t('between') },
    { num: t('keptRate') },
    { num: t('diariesOf') },
  ];
  return (
    <PlainTable label={t('byManager')} heads={heads}>
      <tbody>
        {team.rows.map((row) => (
          <tr key={row.manager}>
            <th scope="row">
              <Link to="/field/summary" search={{ manager: row.manager, from, to } as never} title={row.manager}>
                {row.name}
              </Link>
            </th>
            <td className="num">
              <Link
                to="/field/map"
                search={{ manager: row.manager } as never}
                aria-label={`${t('mapOf', { who: row.name })} ${row.outlets}`}
              >
                {row.outlets}
              </Link>
            </td>
            <td className="num">{share(row.coverage)}</td>
            <td className="num">
              <Link
                to="/field/visits"
                search={{ manager: row.manager, from, to, counts: 'yes' } as never}
                aria-label={`${t('visitsOfWho', { who: row.name })} ${row.visits.counted}`}
              >
                {row.visits.counted}
              </Link>
            </td>
            <td className="num">
              <Link
                to="/field/visits"
                search={{ manager: row.manager, from, to, counts: 'held' } as never}
                aria-label={`${t('heldOfWho', { who: row.name })} ${row.visits.held}`}
              >
                {row.visits.held}
              </Link>
            </td>
            <td className="num">
              <Link
                to="/field/compare"
                search={{ manager: row.manager, from, to } as never}
                aria-label={`${t('compareOfWho', { who: row.name })} ${share(row.adherence.plan_share)}`}
              >
                {share(row.adherence.plan_share)}
              </Link>
            </td>
            <td className="num">{share(row.adherence.call_share)}</td>
            <td className="num">{share(row.adherence.route_share)}</td>
            <td className="num">{share(row.strike.share)}</td>
            <td className="num">{row.minutes.inside}</td>
            <td className="num">{row.minutes.between}</td>
            <td className="num">
              <Link
                to="/field/promises"
                search={{ manager: row.manager } as never}
                aria-label={`${t('promisesOfWho', { who: row.name })} ${share(row.promises.share)}`}
              >
                {share(row.promises.share)}
              </Link>
            </td>
            <td className="num">{`${row.diaries_sent} / ${row.diaries_due}`}</td>
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}

function exported(team: Team, t: ReturnType<typeof useT<'field'>>) {
  const head = [
    'manager',
    'outlets',
    'coverage',
    'visitsCounted',
    'visitsHeld',
    'planShare',
    'callShare',
    'routeShare',
    'strike',
    'inside',
    'between',
    'keptRate',
    'diariesOf',
  ] as const;
  const rows = team.rows.map((row) => [
    row.name,
    String(row.outlets),
    share(row.coverage),
    String(row.visits.counted),
    String(row.visits.held),
    share(row.adherence.plan_share),
    share(row.adherence.call_share),
    share(row.adherence.route_share),
    share(row.strike.share),
    String(row.minutes.inside),
    String(row.minutes.between),
    share(row.promises.share),
    `${row.diaries_sent} / ${row.diaries_due}`,
  ]);
  saveCsv([head.map((key) => t(key)), ...rows], `${t('team')} ${team.from} ${team.to}`);
}
