import { Button, Form, Input, Radio, Space } from 'antd';
import { useState } from 'react';
import { answer, http, ifMatch, newKey, onceHeader, queries, type Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { dateTime } from '@/shared/format/time';
import { usePermission } from '@/shared/permissions';
import { prospectBody } from '@/shared/recruit';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { PageHead } from '@/shared/ui/PageHead';
import { EmptyBox } from '@/shared/ui/QueryState';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';
import { StatusTag } from '@/shared/ui/StatusTag';
import { ProspectFields, TerritoryField, type ProspectValues } from './ProspectFields';
import { ENQUIRY_TONES } from './tones';

type Row = Schema<'EnquiryRow'>;
type Act = 'contact' | 'toProspect' | 'assign' | 'close';

const STATES = ['new', 'contacted', 'prospect', 'closed'] as const;

/** What may be done to an enquiry where it stands. */
const actsOf = (row: Row): Act[] => {
  if (row.state === 'new') return ['contact', 'assign', 'close'];
  return row.state === 'contacted' ? ['toProspect', 'contact', 'close'] : [];
};

/** 代理接洽: who wants to be an agent, who calls back, and whether in time. */
export default function EnquiriesPage() {
  const t = useT('recruit');
  const common = useT('common');
  const label = useLabel('recruit');
  const manages = usePermission('recruit.manage');
  const [receiving, setReceiving] = useState(false);
  const [doing, setDoing] = useState<{ act: Act; row: Row }>();
  const columns: Column<Row>[] = [
    {
      key: 'name',
      title: t('name'),
      fixed: 'left',
      render: (_, row) => (
        <>
          {row.name}
          <div className="muted">{row.id}</div>
        </>
      ),
    },
    {
      key: 'state',
      title: t('state'),
      render: (_, row) => (
        <>
          <StatusTag tone={ENQUIRY_TONES[row.state]}>{label('enquiryStates', row.state)}</StatusTag>{' '}
          {row.late && <StatusTag tone="bad">{t('late')}</StatusTag>}
        </>
      ),
    },
    { key: 'due', title: t('dueAt'), render: (_, row) => dateTime(row.due_at) },
    { key: 'contacted', title: t('contactedAt'), render: (_, row) => (row.contacted_at ? dateTime(row.contacted_at) : '—') },
    { key: 'assigned', title: t('assignedTo'), dataIndex: 'assigned_name' },
    { key: 'phone', title: t('phone'), dataIndex: 'phone' },
    { key: 'way', title: t('way'), render: (_, row) => label('ways', row.way) },
    { key: 'territory', title: t('territory'), dataIndex: 'territory_name' },
    { key: 'wants', title: t('wants'), dataIndex: 'wants' },
    { key: 'note', title: t('result'), render: (_, row) => row.note || '—' },
    ...(manages
      ? [
          {
            key: 'action',
            title: common('action'),
            render: (_: unknown, row: Row) => (
              <Space>
                {actsOf(row).map((act) => (
                  <Button key={act} size="small" aria-label={`${t(act)} ${row.name}`} onClick={() => setDoing({ act, row })}>
                    {t(act)}
                  </Button>
                ))}
              </Space>
            ),
          },
        ]
      : []),
  ];
  const close = () => setDoing(undefined);
  return (
    <>
      <PageHead
        title={t('enquiries')}
        actions={
          manages && (
            <Button type="primary" onClick={() => setReceiving(true)}>
              {t('receive')}
            </Button>
          )
        }
      />
      <ResourceTable<Row>
        id="enquiries"
        label={t('enquiries')}
        columns={columns}
        rowKey={(row) => row.id}
        load={(query, signal) => answer(http.GET('/api/v1/recruiting/enquiries', { params: { query: query as object }, signal }))}
        tabs={{
          param: 'state',
          items: [{ value: '', label: common('all') }, ...STATES.map((value) => ({ value, label: t(`enquiryStates.${value}`) }))],
        }}
        filters={[
          { kind: 'text', name: 'q', label: t('name') },
          { kind: 'select', name: 'late', label: t('lateFilter'), options: [{ value: 'true', label: t('lateOnly') }] },
        ]}
        whenEmpty={<EmptyBox title={t('enquiryNone')} help={t('enquiryNoneHelp')} />}
      />
      {receiving && <Receive onClose={() => setReceiving(false)} />}
      {doing?.act === 'toProspect' && <ToProspect row={doing.row} onClose={close} />}
      {doing && doing.act !== 'toProspect' && <Do key={doing.act} act={doing.act} row={doing.row} onClose={close} />}
    </>
  );
}

function Receive({ onClose }: { onClose: () => void }) {
  const t = useT('recruit');
  const [key] = useState(newKey);
  type Values = { name: string; phone: string; territory: string; wants?: string; way: string; assigned_to?: string };
  return (
    <ActionDrawer<Values>
      open
      title={t('receive')}
      verb={t('save')}
      done={t('received')}
      width={520}
      initial={{ way: 'phone' }}
      onClose={onClose}
      onSubmit={async (values) => {
        const body = { ...values, wants: values.wants ?? '', assigned_to: values.assigned_to?.trim() ?? '' };
        await http.POST('/api/v1/recruiting/enquiries', { params: { header: onceHeader(key) }, body });
        await queries.invalidateQueries();
      }}
    >
      <Form.Item name="name" label={t('name')} rules={[{ required: true, min: 2, whitespace: true, message: t('atLeast') }]}>
        <Input maxLength={60} autoComplete="off" />
      </Form.Item>
      <Form.Item name="phone" label={t('phone')} rules={[{ required: true, whitespace: true, message: t('needed') }]}>
        <Input inputMode="tel" maxLength={20} autoComplete="off" />
      </Form.Item>
      <TerritoryField />
      <Form.Item name="way" label={t('way')}>
        <Radio.Group
          options={(['phone', 'counter', 'web', 'introduced'] as const).map((value) => ({ value, label: t(`ways.${value}`) }))}
        />
      </Form.Item>
      <Form.Item name="wants" label={t('wants')}>
        <Input.TextArea rows={3} maxLength={500} />
      </Form.Item>
      <Form.Item name="assigned_to" label={t('assignedTo')} extra={t('assignedHelp')}>
        <Input maxLength={60} autoComplete="off" />
      </Form.Item>
    </ActionDrawer>
  );
}

interface ActProps {
  row: Row;
  onClose: () => void;
}

const again = async () => {
  await queries.invalidateQueries();
  return [];
};

function Do({ act, row, onClose }: ActProps & { act: Exclude<Act, 'toProspect'> }) {
  const t = useT('recruit');
  const words = act === 'assign' ? t('assignedTo') : act === 'close' ? t('reason') : t('result');
  const submit = async ({ text }: { text: string }) => {
    const params = { path: { id: row.id }, header: ifMatch(row.version) };
    if (act === 'assign') await http.POST('/api/v1/recruiting/enquiries/{id}/assign', { params, body: { to: text } });
    if (act === 'contact') await http.POST('/api/v1/recruiting/enquiries/{id}/contact', { params, body: { note: text } });
    if (act === 'close') await http.POST('/api/v1/recruiting/enquiries/{id}/close', { params, body: { note: text } });
    await queries.invalidateQueries();
  };
  return (
    <ActionDrawer<{ text: string }>
      open
      danger={act === 'close'}
      title={`${t(act)} · ${row.name}`}
      verb={t(act)}
      done={t('done')}
      onClose={onClose}
      onStale={again}
      onSubmit={submit}
    >
      <Form.Item name="text" label={words} rules={[{ required: true, min: 2, whitespace: true, message: t('atLeast') }]}>
        {act === 'assign' ? <Input maxLength={60} autoComplete="off" /> : <Input.TextArea rows={3} maxLength={500} />}
      </Form.Item>
    </ActionDrawer>
  );
}

function ToProspect({ row, onClose }: ActProps) {
  const t = useT('recruit');
  return (
    <ActionDrawer<ProspectValues>
      open
      title={`${t('toProspect')} · ${row.name}`}
      consequence={t('samePhone')}
      verb={t('toProspect')}
      done={t('done')}
      width={520}
      initial={{ name: row.name, territory: row.territory }}
      onClose={onClose}
      onStale={again}
      onSubmit={async (values) => {
        const params = { path: { id: row.id }, header: ifMatch(row.version) };
        await http.POST('/api/v1/recruiting/enquiries/{id}/prospect', { params, body: prospectBody(values) });
        await queries.invalidateQueries();
      }}
    >
      <ProspectFields />
    </ActionDrawer>
  );
}
