import { Alert, Button, DatePicker, Form, Input, Space } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useState } from 'react';
import { answer, api, http, ifMatch, newKey, onceHeader, queries, type Schema } from '@/api/client';
import { useMe } from '@/api/me';
import { useLabel, useT } from '@/i18n';
import { count } from '@/shared/format/money';
import { dateTime } from '@/shared/format/time';
import { Can } from '@/shared/permissions';
import { ActionDrawer, DetailDrawer } from '@/shared/ui/Drawers';
import { JobProgress } from '@/shared/ui/JobProgress';
import { Money } from '@/shared/ui/Money';
import { PlainTable } from '@/shared/ui/PlainTable';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';
import { StatusTag, type Tone } from '@/shared/ui/StatusTag';
import { useUrl } from '@/shared/url';

type Batch = Schema<'PaymentBatch'>;
type Row = Batch;

const TONES: Record<string, Tone> = { submitted: 'warn', approved: 'info', refused: 'plain', paid: 'good' };
const STATES = ['submitted', 'approved', 'paid', 'refused'] as const;

/** Batches of payments and how punctual they were. */
export function Batches() {
  const t = useT('payments');
  const label = useLabel('payments');
  const [url, change] = useUrl();
  const punctual = api.useQuery('get', '/api/v1/payments', { params: { query: { limit: 1 } } }).data;
  const columns: Column<Row>[] = [
    {
      key: 'id',
      title: t('batch'),
      render: (_, row) => (
        <Button type="link" style={{ padding: 0, height: 'auto' }} onClick={() => change({ batch: row.id })}>
          {row.id}
        </Button>
      ),
    },
    { key: 'month', title: t('month'), dataIndex: 'month' },
    { key: 'state', title: t('state'), render: (_, row) => <StatusTag tone={TONES[row.state]}>{label('states', row.state)}</StatusTag> },
    { key: 'payments', title: t('count'), num: true, render: (_, row) => count(row.payments) },
    { key: 'amount', title: t('amount'), money: true, render: (_, row) => <Money fen={row.amount} /> },
    { key: 'made', title: t('maker'), render: (_, row) => `${row.made_by} ${dateTime(row.made_at)}` },
    {
      key: 'decided',
      title: t('checker'),
      render: (_, row) => (row.decided_by ? `${row.decided_by} ${row.decided_at ? dateTime(row.decided_at) : ''}` : '—'),
    },
    { key: 'paid', title: t('paidOn'), render: (_, row) => row.paid_on ?? '—' },
  ];
  return (
    <div style={{ display: 'grid', gap: 12 }}>
      {punctual && (
        <span className="muted">{punctual.due > 0 ? t('onTime', { kept: punctual.kept, due: punctual.due }) : t('onTimeNone')}</span>
      )}
      <ResourceTable<Row>
        id="payment-batches"
        label={t('tabs.batches')}
        columns={columns}
        rowKey={(row) => row.id}
        load={async (query, signal) => (await answer(http.GET('/api/v1/payments', { params: { query: query as never }, signal }))).batches}
        tabs={{
          param: 'state',
          items: [{ value: '', label: t('tabs.batches') }, ...STATES.map((value) => ({ value, label: label('states', value) }))],
        }}
        onOpen={(row) => change({ batch: row.id })}
        whenEmpty={<EmptyBox title={t('noBatches')} help={t('noBatchesHelp')} />}
      />
      <BatchDrawer id={url.batch} onClose={() => change({ batch: undefined })} />
    </div>
  );
}

type Act = 'approve' | 'refuse' | 'pay';

function BatchDrawer({ id, onClose }: { id?: string; onClose: () => void }) {
  const t = useT('payments');
  const label = useLabel('payments');
  const [act, setAct] = useState<Act>();
  const [job, setJob] = useState<string>();
  const path = { path: { id: id ?? '' } };
  const query = api.useQuery('get', '/api/v1/payments/{id}', { params: path }, { enabled: id !== undefined });
  const items = api.useQuery(
    'get',
    '/api/v1/payments/{id}/items',
    { params: { ...path, query: { limit: 200 } } },
    { enabled: id !== undefined },
  );
  const reload = () => {
    void query.refetch();
    void queries.invalidateQueries({ queryKey: ['table', 'payment-batches'] });
    void queries.invalidateQueries({ queryKey: ['get', '/api/v1/payments'] });
  };
  const data = query.data;
  return (
    <DetailDrawer
      open={id !== undefined}
      title={
        <Space>
          {t('batch')} {id}
          {data && <StatusTag tone={TONES[data.state]}>{label('states', data.state)}</StatusTag>}
        </Space>
      }
      onClose={onClose}
      width={860}
      actions={data && <Actions data={data} onAct={setAct} />}
    >
      {job && (
        <JobProgress id={job} onDone={reload}>
          {(state) =>
            state.state === 'failed' && (
              <Alert type="error" showIcon role="alert" title={t('failed')} description={state.detail ?? undefined} />
            )
          }
        </JobProgress>
      )}
      <QueryState query={query}>
        {(batch) => (
          <div style={{ display: 'grid', gap: 12 }}>
            <dl className="figures">
              <div>
                <dt>{t('month')}</dt>
                <dd>{batch.month}</dd>
              </div>
              <div>
                <dt>{t('count')}</dt>
                <dd>{count(batch.payments)}</dd>
              </div>
              <div>
                <dt>{t('amount')}</dt>
                <dd>
                  <Money fen={batch.amount} />
                </dd>
              </div>
            </dl>
            <ul className="muted" style={{ margin: 0, paddingInlineStart: 18 }}>
              <li>{`${t('maker')} ${batch.made_by} ${dateTime(batch.made_at)} ${batch.note}`}</li>
              {batch.decided_by && (
                <li>{`${t('checker')} ${batch.decided_by} ${batch.decided_at ? dateTime(batch.decided_at) : ''} ${batch.decision ?? ''}`}</li>
              )}
              {batch.paid_on && <li>{`${t('settled', { day: batch.paid_on })} · ${batch.reference ?? ''} · ${batch.paid_by ?? ''}`}</li>}
            </ul>
            {batch.is_maker && batch.state === 'submitted' && <Alert type="info" showIcon title={t('ownBatch')} />}
            <QueryState query={items}>{(page) => <Items rows={page.items} />}</QueryState>
          </div>
        )}
      </QueryState>
      {data && <Action key={act} act={act} data={data} onClose={() => setAct(undefined)} onJob={setJob} onChanged={reload} />}
    </DetailDrawer>
  );
}

function Actions({ data, onAct }: { data: Batch; onAct: (act: Act) => void }) {
  const t = useT('payments');
  return (
    <Space>
      {data.state === 'submitted' && (
        <Can permission="payment.approve">
          <Button
            type="primary"
            disabled={data.is_maker}
            title={data.is_maker ? t('ownBatch') : undefined}
            onClick={() => onAct('approve')}
          >
            {t('approve')}
          </Button>
        </Can>
      )}
      {data.state === 'approved' && (
        <Can permission="payment.make">
          <Button href={`/api/v1/payments/${data.id}/file`} title={t('bankFileHelp')}>
            {t('bankFile')}
          </Button>
          <Button type="primary" onClick={() => onAct('pay')}>
            {t('pay')}
          </Button>
        </Can>
      )}
      {(data.state === 'submitted' || data.state === 'approved') && (
        <Can permission="payment.approve">
          <Button onClick={() => onAct('refuse')}>{t('refuse')}</Button>
        </Can>
      )}
    </Space>
  );
}

function Items({ rows }: { rows: Schema<'PaymentItem'>[] }) {
  const t = useT('payments');
  return (
    <PlainTable label={t('count')}>
      <thead>
        <tr>
          {(['partner', 'statement', 'holder', 'bank', 'number', 'due'] as const).map((key) => (
            <th key={key} scope="col">
              {t(key)}
            </th>
          ))}
          <th scope="col" className="num">
            {t('amount')}
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.statement}>
            <th scope="row">{`${row.name} ${row.partner}`}</th>
            <td>{row.statement}</td>
            <td>{row.holder}</td>
            <td>{row.bank}</td>
            <td>{row.number}</td>
            <td>{row.due_on}</td>
            <td className="num">
              <Money fen={row.amount} />
            </td>
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}

interface ActionProps {
  act?: Act;
  data: Batch;
  onClose: () => void;
  onJob: (id: string) => void;
  onChanged: () => void;
}

interface Values {
  note?: string;
  paid_on?: Dayjs;
  reference?: string;
}

function Action({ act, data, onClose, onJob, onChanged }: ActionProps) {
  const t = useT('payments');
  const [key] = useState(newKey);
  const today = (useMe() as { today?: string }).today;
  const shown = act ?? 'approve';
  const params = { params: { path: { id: data.id } } };
  const run = async ({ note = '', paid_on, reference = '' }: Values) => {
    const versioned = { ...params, headers: ifMatch(data.version) };
    if (shown === 'approve') await http.POST('/api/v1/payments/{id}/approve', versioned as never);
    if (shown === 'refuse') await http.POST('/api/v1/payments/{id}/refuse', { ...versioned, body: { note } } as never);
    if (shown === 'pay') {
      const body = { paid_on: paid_on?.format('YYYY-MM-DD') ?? '', reference };
      onJob(
        ((await answer(http.POST('/api/v1/payments/{id}/pay', { ...params, headers: onceHeader(key), body } as never))) as { id: string })
          .id,
      );
    }
    onChanged();
  };
  return (
    <ActionDrawer<Values>
      open={act !== undefined}
      title={t(shown)}
      consequence={t(`${shown}Consequence`)}
      verb={t(shown)}
      initial={{ paid_on: today ? dayjs(today) : undefined }}
      onSubmit={run}
      onClose={onClose}
    >
      {shown === 'refuse' && (
        <Form.Item name="note" label={t('reason')} rules={[{ required: true, whitespace: true, message: t('reasonMissing') }]}>
          <Input.TextArea rows={3} maxLength={500} showCount />
        </Form.Item>
      )}
      {shown === 'pay' && (
        <>
          <Form.Item name="paid_on" label={t('paidOn')} rules={[{ required: true, message: t('dayMissing') }]}>
            <DatePicker style={{ width: '100%' }} disabledDate={(day) => today !== undefined && day.format('YYYY-MM-DD') > today} />
          </Form.Item>
          <Form.Item name="reference" label={t('reference')} rules={[{ required: true, whitespace: true, message: t('referenceMissing') }]}>
            <Input maxLength={64} />
          </Form.Item>
        </>
      )}
    </ActionDrawer>
  );
}
