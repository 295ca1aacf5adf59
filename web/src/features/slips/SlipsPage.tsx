import { Link } from '@tanstack/react-router';
import { Alert, Button, Tabs } from 'antd';
import { useState } from 'react';
import { answer, api, http } from '@/api/client';
import { useT } from '@/i18n';
import { count, percent } from '@/shared/format/money';
import { fits, SLIP_ACTS, type Outcome, type SlipAct, type SlipRow } from '@/shared/orders/slips';
import { SLIP_TONES } from '@/shared/orders/states';
import { usePermission } from '@/shared/permissions';
import { PageHead } from '@/shared/ui/PageHead';
import { PlacePick } from '@/shared/ui/PlacePick';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';
import { StatusTag } from '@/shared/ui/StatusTag';
import { useUrl } from '@/shared/url';
import { Missing } from './Missing';
import { SlipAction } from './SlipAction';

const STATES = ['due', 'returned', 'rejected', 'lost', 'ok'] as const;

/** Slips that are due, came back, are wrong or lost; and the outlets that owe them. */
export default function SlipsPage() {
  const t = useT('slips');
  const [url, change] = useUrl();
  const tab = url.tab ?? 'list';
  const open = (next: string, outlet?: string) =>
    change({
      tab: next === 'list' ? undefined : next,
      q: undefined,
      state: undefined,
      outlet,
      holding: outlet && 'true',
      after: undefined,
    });
  return (
    <>
      <PageHead title={t('title')} />
      <Punctual />
      <Tabs
        activeKey={tab}
        onChange={(next) => open(next)}
        destroyOnHidden
        items={[
          { key: 'list', label: t('tabs.list'), children: <SlipList /> },
          { key: 'missing', label: t('tabs.missing'), children: <Missing onOutlet={(outlet) => open('list', outlet)} /> },
        ]}
      />
    </>
  );
}

function Punctual() {
  const t = useT('slips');
  const query = api.useQuery('get', '/api/v1/slips/counts');
  return (
    <QueryState query={query} rows={1}>
      {(data) => (
        <dl className="figures">
          <div>
            <dt>{t('onTime')}</dt>
            <dd>{data.on_time_ppm === null ? '—' : percent(data.on_time_ppm / 1_000_000)}</dd>
          </div>
          <div>
            <dt>{t('inTime')}</dt>
            <dd>{`${count(data.in_time)} / ${count(data.due)}`}</dd>
          </div>
          <div>
            <dt>{t('holding')}</dt>
            <dd>
              <Link to="/slips" search={{ holding: 'true' } as never}>
                {count(data.holding)}
              </Link>
            </dd>
          </div>
        </dl>
      )}
    </QueryState>
  );
}

interface Doing {
  act: SlipAct;
  rows: SlipRow[];
  clear?: () => void;
}

function SlipList() {
  const t = useT('slips');
  const common = useT('common');
  const [doing, setDoing] = useState<Doing>();
  const [outcome, setOutcome] = useState<Outcome>();
  const may = usePermission('slip.handle');
  const counts = api.useQuery('get', '/api/v1/slips/counts').data;
  const of = (state: string) => counts && (counts.states.find((one) => one.state === state)?.slips ?? 0);
  const begin = (act: SlipAct, rows: SlipRow[], clear?: () => void) => {
    setOutcome(undefined);
    setDoing({ act, rows, clear });
  };
  const columns: Column<SlipRow>[] = [
    {
      key: 'order',
      title: t('order'),
      fixed: 'left',
      render: (_, row) => (
        <Link to="/orders/$id" params={{ id: row.order } as never}>
          {row.order}
        </Link>
      ),
    },
    { key: 'state', title: t('state'), render: (_, row) => <StatusTag tone={SLIP_TONES[row.state]}>{row.state_title}</StatusTag> },
    { key: 'due', title: t('dueOn'), dataIndex: 'due_on' },
    { key: 'overdue', title: t('overdue'), num: true, render: (_, row) => (row.overdue_days > 0 ? row.overdue_days : '—') },
    {
      key: 'holds',
      title: t('holds'),
      render: (_, row) => (row.holds ? <StatusTag tone="warn">{common('yes')}</StatusTag> : common('no')),
    },
    { key: 'returned', title: t('returnedOn'), render: (_, row) => row.returned_on ?? '—' },
    { key: 'checked', title: t('checkedOn'), render: (_, row) => row.checked_on ?? '—' },
    { key: 'reason', title: t('reason'), render: (_, row) => row.reason || '—' },
    { key: 'outlet', title: t('outlet'), render: (_, row) => <span title={row.outlet}>{row.outlet_name}</span> },
    { key: 'partner', title: t('partner'), render: (_, row) => <span title={row.partner}>{row.partner_name}</span> },
    { key: 'clerk', title: t('clerk'), dataIndex: 'clerk' },
    ...(may
      ? [
          {
            key: 'action',
            title: common('action'),
            render: (_: unknown, row: SlipRow) => (
              <span style={{ display: 'flex', gap: 4 }}>
                {SLIP_ACTS.filter((act) => fits([row], act)).map((act) => (
                  <Button key={act} size="small" onClick={() => begin(act, [row])}>
                    {t(`acts.${act}`)}
                  </Button>
                ))}
              </span>
            ),
          },
        ]
      : []),
  ];
  return (
    <>
      {outcome && (
        <Alert
          type={outcome.failures.length > 0 ? 'warning' : 'success'}
          showIcon
          role="alert"
          closable={{ onClose: () => setOutcome(undefined) }}
          style={{ marginBottom: 12 }}
          title={t('outcome', { done: outcome.done, failed: outcome.failures.length })}
          description={
            outcome.failures.length > 0 && (
              <ul style={{ margin: 0, paddingInlineStart: 18 }}>
                {outcome.failures.map((one) => (
                  <li key={one.order}>{`${one.order} ${one.why}`}</li>
                ))}
              </ul>
            )
          }
        />
      )}
      <ResourceTable<SlipRow>
        id="slips"
        label={t('title')}
        columns={columns}
        rowKey={(row) => row.order}
        load={(query, signal) => answer(http.GET('/api/v1/slips', { params: { query: query as never }, signal }))}
        tabs={{
          param: 'state',
          items: [
            { value: '', label: common('all') },
            ...STATES.map((value) => ({ value, label: t(`states.${value}`), count: of(value) })),
          ],
        }}
        filters={[
          { kind: 'text', name: 'q', label: t('order') },
          {
            kind: 'own',
            name: 'outlet',
            label: t('outlet'),
            render: (value, change, id) => <PlacePick id={id} kind="outlet" value={value} onChange={change} />,
          },
          { kind: 'select', name: 'holding', label: t('holds'), options: [{ value: 'true', label: t('holdingOnly') }] },
        ]}
        batch={
          may
            ? (rows, clear) =>
                SLIP_ACTS.map((act) => (
                  <Button
                    key={act}
                    size="small"
                    disabled={!fits(rows, act)}
                    title={fits(rows, act) ? undefined : t(`unfit.${act}`)}
                    onClick={() => begin(act, rows, clear)}
                  >
                    {t(`acts.${act}`)}
                  </Button>
                ))
            : undefined
        }
        whenEmpty={<EmptyBox title={t('none')} help={t('noneHelp')} />}
      />
      {doing && (
        <SlipAction
          key={doing.act}
          act={doing.act}
          rows={doing.rows}
          onClose={() => setDoing(undefined)}
          onDone={(done) => {
            doing.clear?.();
            setOutcome(done);
          }}
        />
      )}
    </>
  );
}
