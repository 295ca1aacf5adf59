import { useQuery } from '@tanstack/react-query';
import { Button, DatePicker, Form, Input, Radio } from 'antd';
import type { Dayjs } from 'dayjs';
import { useState } from 'react';
import { api, http, ifMatch, queries, type Schema } from '@/api/client';
import { useMe } from '@/api/me';
import { useLabel, useT } from '@/i18n';
import { usePermission } from '@/shared/permissions';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { PageHead } from '@/shared/ui/PageHead';
import { PlacePick } from '@/shared/ui/PlacePick';
import { EmptyBox } from '@/shared/ui/QueryState';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';
import { StatusTag } from '@/shared/ui/StatusTag';
import { useUrl, type Params } from '@/shared/url';
import { paged, refresh } from './data';
import { Figures, OutletLink, share, useManagers } from './parts';
import { PROMISE_TONES } from './tones';

type Promised = Schema<'FieldPromise'>;

const asking = ({ manager, outlet, open, from, to }: Params) =>
  api.queryOptions('get', '/api/v1/field/promises', {
    params: { query: { manager, outlet, open: open === 'true' ? true : undefined, from, to } },
  });

/** 承诺登记: what was promised to outlets, by when, and whether it was kept. */
export default function PromisesPage() {
  const t = useT('field');
  const common = useT('common');
  const label = useLabel('field');
  const [url] = useUrl();
  const { managers } = useManagers();
  const makes = usePermission('visit.make');
  const closes = usePermission(['visit.make', 'visit.review']);
  const [adding, setAdding] = useState(false);
  const [closing, setClosing] = useState<Promised>();
  const columns: Column<Promised>[] = [
    { key: 'text', title: t('promise'), fixed: 'left', render: (_, row) => row.text },
    { key: 'outlet', title: t('outlet'), render: (_, row) => <OutletLink code={row.outlet} name={row.outlet_name} /> },
    { key: 'manager', title: t('manager'), render: (_, row) => <span title={row.manager}>{row.manager_name}</span> },
    { key: 'made', title: t('madeOn'), dataIndex: 'made_on' },
    { key: 'due', title: t('dueOn'), dataIndex: 'due_on' },
    {
      key: 'state',
      title: t('state'),
      render: (_, row) =>
        row.overdue ? (
          <StatusTag tone="bad">{t('overdue')}</StatusTag>
        ) : (
          <StatusTag tone={PROMISE_TONES[row.state]}>{label('promiseStates', row.state)}</StatusTag>
        ),
    },
    { key: 'closed', title: t('closedOn'), render: (_, row) => row.closed_on ?? '—' },
    { key: 'reason', title: t('reason'), render: (_, row) => row.reason || '—' },
    ...(closes
      ? [
          {
            key: 'action',
            title: common('action'),
            render: (_: unknown, row: Promised) =>
              row.state === 'open' && (
                <Button size="small" aria-label={`${t('closePromise')} ${row.text}`} onClick={() => setClosing(row)}>
                  {t('closePromise')}
                </Button>
              ),
          },
        ]
      : []),
  ];
  return (
    <>
      <PageHead
        title={t('promises')}
        actions={
          makes && (
            <Button type="primary" onClick={() => setAdding(true)}>
              {t('addPromise')}
            </Button>
          )
        }
      />
      <Kept asked={url} />
      <div style={{ height: 12 }} />
      <ResourceTable<Promised>
        id="promises"
        label={t('promises')}
        columns={columns}
        rowKey={(row) => row.id}
        load={async (query) => paged((await queries.fetchQuery(asking(query))).rows, query)}
        tabs={{
          param: 'open',
          items: [
            { value: '', label: common('all') },
            { value: 'true', label: t('promiseStates.open') },
          ],
        }}
        filters={[
          { kind: 'select', name: 'manager', label: t('manager'), options: managers, search: true },
          {
            kind: 'own',
            name: 'outlet',
            label: t('outlet'),
            render: (value, change, id) => <PlacePick id={id} kind="outlet" value={value} onChange={change} />,
          },
          { kind: 'days', name: 'days', label: t('dueOn'), from: 'from', to: 'to' },
        ]}
        whenEmpty={<EmptyBox title={t('noPromises')} help={t('noPromisesHelp')} />}
      />
      {adding && <Add onClose={() => setAdding(false)} />}
      {closing && <Close promise={closing} onClose={() => setClosing(undefined)} />}
    </>
  );
}

function Kept({ asked }: { asked: Params }) {
  const t = useT('field');
  const kept = useQuery(asking(asked)).data?.kept;
  if (!kept) return null;
  return (
    <Figures
      rows={[
        [t('keptRate'), share(kept.rate)],
        [t('due'), kept.due],
        [t('inTime'), kept.in_time],
        [t('keptLate'), kept.late],
        [t('broken'), kept.broken],
      ]}
    />
  );
}

function Add({ onClose }: { onClose: () => void }) {
  const t = useT('field');
  const { today } = useMe();
  const [id] = useState(() => crypto.randomUUID());
  return (
    <ActionDrawer<{ outlet: string; text: string; due_on: Dayjs }>
      open
      title={t('addPromise')}
      consequence={t('addPromiseHelp')}
      verb={t('save')}
      done={t('saved')}
      onClose={onClose}
      onSubmit={async ({ outlet, text, due_on }) => {
        await http.POST('/api/v1/field/promises', { body: { id, outlet, text, due_on: due_on.format('YYYY-MM-DD') } });
        await refresh();
      }}
    >
      <Form.Item name="outlet" label={t('outlet')} rules={[{ required: true, message: t('needed') }]}>
        <PlacePick kind="outlet" />
      </Form.Item>
      <Form.Item name="text" label={t('promise')} rules={[{ required: true, min: 2, whitespace: true, message: t('atLeast') }]}>
        <Input.TextArea rows={3} maxLength={300} showCount />
      </Form.Item>
      <Form.Item name="due_on" label={t('dueOn')} rules={[{ required: true, message: t('needed') }]}>
        <DatePicker style={{ width: '100%' }} disabledDate={(day) => day.format('YYYY-MM-DD') < today} />
      </Form.Item>
    </ActionDrawer>
  );
}

function Close({ promise, onClose }: { promise: Promised; onClose: () => void }) {
  const t = useT('field');
  const [form] = Form.useForm<{ to: string; reason?: string }>();
  const to = Form.useWatch('to', form) ?? 'kept';
  return (
    <ActionDrawer<{ to: string; reason?: string }>
      open
      form={form}
      title={t('closePromise')}
      consequence={promise.text}
      verb={t('closePromise')}
      done={t('saved')}
      initial={{ to: 'kept' }}
      onClose={onClose}
      onSubmit={async (values) => {
        const params = { path: { id: promise.id }, header: ifMatch(promise.version) };
        await http.POST('/api/v1/field/promises/{id}/close', { params, body: { to: values.to, reason: values.reason ?? '' } });
        await refresh();
      }}
    >
      <Form.Item name="to" label={t('state')}>
        <Radio.Group options={(['kept', 'broken', 'released'] as const).map((value) => ({ value, label: t(`promiseStates.${value}`) }))} />
      </Form.Item>
      <Form.Item
        name="reason"
        label={t('reason')}
        rules={to === 'kept' ? [] : [{ required: true, min: 2, whitespace: true, message: t('atLeast') }]}
      >
        <Input.TextArea rows={3} maxLength={300} showCount />
      </Form.Item>
    </ActionDrawer>
  );
}
