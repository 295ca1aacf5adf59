import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button, Select } from 'antd';
import { useState } from 'react';
import { answer, http, type Schema } from '@/api/client';
import { useMe } from '@/api/me';
import { useT } from '@/i18n';
import { figure } from '@/shared/figures/ask';
import { count, percent } from '@/shared/format/money';
import { range } from '@/shared/format/time';
import { usePermission } from '@/shared/permissions';
import { Block } from '@/shared/ui/Block';
import { PageHead } from '@/shared/ui/PageHead';
import { MonthPicker } from '@/shared/ui/Pickers';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';
import { StatusTag, type Tone } from '@/shared/ui/StatusTag';
import { useUrl, type Params, type Patch } from '@/shared/url';
import { useAreas, useWords } from '@/shared/words';
import { FileButton } from './FileButton';
import { Propose } from './Propose';

type Row = Schema<'GradeRow'>;
type Proposal = 'keep' | 'improve_sales' | 'improve_credit' | 'eliminate' | 'new';

const TONES: Record<Proposal, Tone> = { keep: 'good', improve_sales: 'info', improve_credit: 'warn', eliminate: 'bad', new: 'plain' };
const PROPOSALS: Proposal[] = ['eliminate', 'improve_sales', 'improve_credit', 'keep', 'new'];
const SPANS = [1, 3, 6, 12] as const;

/** Outlets by credit and sales over some months: a grid of four fields, the proposal for each, and the numbers it follows from. */
export default function GradesPage() {
  const t = useT('analysis');
  const me = useMe();
  const [url, move] = useUrl();
  // The list starts over with every other filter: its place was one among other rows.
  const change = (patch: Patch) => move({ after: undefined, ...patch });
  // The server takes the newest whole month where none is named: nobody is graded by half of one.
  const period: Params = { ...(url.month ? { month: url.month } : {}), months: url.months ?? '3' };
  const part = Object.fromEntries(['territory', 'channel', 'q'].flatMap((name) => (url[name] ? [[name, url[name]]] : [])));
  const grid = useQuery({
    queryKey: ['grades', period, part],
    queryFn: () => answer(http.GET('/api/v1/outlet-grades', { params: { query: { ...period, ...part, limit: 1 } as never } })),
  });
  return (
    <>
      <PageHead
        title={t('grades.title')}
        note={grid.data && range(grid.data.from, grid.data.to)}
        actions={
          <>
            <MonthPicker
              value={period.month ?? grid.data?.to.slice(0, 7)}
              to={me.today.slice(0, 7)}
              onChange={(month) => change({ month })}
            />
            <Select
              aria-label={t('grades.months')}
              value={Number(period.months)}
              options={SPANS.map((months) => ({ value: months, label: t('grades.span', { months }) }))}
              onChange={(months: number) => change({ months })}
            />
          </>
        }
      />
      <div className="grid" style={{ marginBottom: 12 }}>
        <div className="w6">
          <Block title={t('grades.grid')}>
            <QueryState query={grid} rows={6}>
              {(found) => <Grid page={found} chosen={url.proposal} onChoose={(proposal) => change({ proposal })} />}
            </QueryState>
          </Block>
        </div>
        <div className="w6">
          <Block title={t('grades.rules')}>
            <QueryState query={grid} rows={6}>
              {(found) => <Rules rules={found.rules} />}
            </QueryState>
          </Block>
        </div>
      </div>
      <List period={period} unit={grid.data?.rules.unit ?? 'count'} sales={grid.data?.rules.sales_by_name ?? t('grades.sales')} />
    </>
  );
}

/** Credit upwards, sales to the right. */
const FIELDS: Proposal[][] = [
  ['improve_sales', 'keep'],
  ['eliminate', 'improve_credit'],
];

interface GridProps {
  page: Schema<'GradesPage'>;
  chosen: string | undefined;
  onChoose: (proposal: string | undefined) => void;
}

function Grid({ page, chosen, onChoose }: GridProps) {
  const t = useT('analysis');
  const of = (proposal: Proposal) => page.grid.find((field) => field.proposal === proposal);
  const all = page.grid.reduce((sum, field) => sum + (field.proposal === 'new' ? 0 : field.outlets), 0);
  const fresh = of('new')?.outlets ?? 0;
  const field = (proposal: Proposal) => {
    const found = of(proposal);
    return (
      <td key={proposal} aria-label={t(`grades.proposal.${proposal}`)}>
        <button
          type="button"
          className={`grade-field ${proposal}`}
          aria-pressed={chosen === proposal}
          onClick={() => onChoose(chosen === proposal ? undefined : proposal)}
        >
          <StatusTag tone={TONES[proposal]}>{t(`grades.proposal.${proposal}`)}</StatusTag>
          <span className="figure">{count(found?.outlets ?? 0)}</span>
          <span className="small muted">
            {all > 0 ? percent((found?.outlets ?? 0) / all) : '—'} · {page.rules.sales_by_name} {figure(page.rules.unit, found?.sales ?? 0)}
          </span>
        </button>
      </td>
    );
  };
  return (
    <>
      <table className="grade-grid">
        <caption className="sr">{t('grades.gridCaption')}</caption>
        <thead>
          <tr>
            <th scope="col">{t('grades.axes')}</th>
            <th scope="col">{t('grades.salesLow')}</th>
            <th scope="col">{t('grades.salesGood')}</th>
          </tr>
        </thead>
        <tbody>
          {FIELDS.map((row, at) => (
            <tr key={row.join()}>
              <th scope="row">{t(at === 0 ? 'grades.creditGood' : 'grades.creditLow')}</th>
              {row.map(field)}
            </tr>
          ))}
        </tbody>
      </table>
      {fresh > 0 && <p className="muted small">{t('grades.fresh', { count: fresh, days: page.rules.new_days })}</p>}
    </>
  );
}

/** How the grade is worked out, with the numbers that hold now. */
function Rules({ rules }: { rules: Schema<'GradeRules'> }) {
  const t = useT('analysis');
  return (
    <>
      <p style={{ marginTop: 0 }}>
        {t('grades.salesRule', { metric: rules.sales_by_name, first: percent(rules.sales_first_ppm / 1e6, 0) })}
      </p>
      <p>
        {t('grades.creditRule', {
          back: rules.per_taken_back,
          lost: rules.per_lost,
          owed: rules.per_arrears,
          least: rules.credit_least,
        })}
      </p>
      <p className="muted small">{t('grades.rulesNote')}</p>
      <p>
        <Link to="/parameters" search={{ q: 'grading' } as never}>
          {t('grades.parameters')}
        </Link>
      </p>
    </>
  );
}

function List({ period, unit, sales }: { period: Params; unit: string; sales: string }) {
  const t = useT('analysis');
  const words = useWords();
  const { areas, loading } = useAreas();
  const verdicts = useT('verdicts');
  const proposes = usePermission('partner.manage');
  const [chosen, setChosen] = useState<Row>();
  const columns: Column<Row>[] = [
    {
      key: 'outlet',
      title: t('outlet'),
      sorter: true,
      fixed: 'left',
      render: (_, row) => (
        <Link to="/outlets" search={{ id: row.outlet.code } as never}>
          {row.outlet.name} <span className="muted small">{row.outlet.code}</span>
        </Link>
      ),
    },
    { key: 'owner', title: t('owner'), sorter: true, render: (_, row) => row.outlet.owner_name || '—' },
    { key: 'territory', title: t('area'), sorter: true, render: (_, row) => row.outlet.territory_name },
    { key: 'channel', title: t('channel'), render: (_, row) => row.outlet.channel_name },
    { key: 'class', title: t('grades.class'), render: (_, row) => row.class || '—' },
    {
      key: 'sales',
      title: sales,
      label: sales,
      num: true,
      sorter: true,
      render: (_, row) => (
        <Link to="/volume" search={{ outlet: row.outlet.code } as never}>
          {figure(unit, row.sales)}
        </Link>
      ),
    },
    {
      key: 'rank',
      title: t('grades.rank'),
      num: true,
      sorter: true,
      render: (_, row) => (row.rank === 0 ? '—' : `${row.rank} / ${row.of}`),
    },
    { key: 'credit', title: t('grades.credit'), num: true, sorter: true, render: (_, row) => (row.credit_tenths / 10).toFixed(1) },
    { key: 'taken_back', title: t('grades.takenBack'), num: true, sorter: true, render: (_, row) => figure('ppm', row.taken_back_ppm) },
    { key: 'lost', title: t('grades.lost'), num: true, sorter: true, render: (_, row) => figure('ppm', row.lost_ppm) },
    { key: 'arrears', title: t('grades.arrears'), num: true, sorter: true, render: (_, row) => figure('ppm', row.arrears_ppm) },
    {
      key: 'proposal',
      title: t('grades.proposed'),
      render: (_, row) => <StatusTag tone={TONES[row.proposal as Proposal]}>{t(`grades.proposal.${row.proposal as Proposal}`)}</StatusTag>,
    },
  ];
  if (proposes)
    columns.push({
      key: 'propose',
      title: verdicts('propose'),
      render: (_, row) => (
        <Button size="small" aria-label={verdicts('proposeOf', { outlet: row.outlet.name })} onClick={() => setChosen(row)}>
          {verdicts('propose')}
        </Button>
      ),
    });
  const list = (
    <ResourceTable<Row>
      id="outlet-grades"
      label={t('grades.title')}
      columns={columns}
      rowKey={(row) => row.outlet.code}
      fixed={period}
      load={(query, signal) => answer(http.GET('/api/v1/outlet-grades', { params: { query: query as never }, signal }))}
      filters={[
        { kind: 'text', name: 'q', label: t('search'), placeholder: t('searchHelp') },
        { kind: 'area', name: 'territory', label: t('area'), areas, loading },
        {
          kind: 'select',
          name: 'proposal',
          label: t('grades.proposed'),
          options: PROPOSALS.map((value) => ({ value, label: t(`grades.proposal.${value}`) })),
          multiple: true,
        },
        { kind: 'select', name: 'channel', label: t('channel'), options: words.channels, multiple: true },
      ]}
      ownFile
      tools={(query) => <FileButton path="/api/v1/outlet-grades/export" query={query} />}
      whenEmpty={<EmptyBox title={t('grades.none')} />}
    />
  );
  return (
    <>
      {list}
      {chosen && (
        <Propose
          key={chosen.outlet.code}
          row={chosen}
          month={period.month}
          months={period.months ?? '3'}
          onClose={() => setChosen(undefined)}
        />
      )}
    </>
  );
}
