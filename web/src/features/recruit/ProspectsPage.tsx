import { Link } from '@tanstack/react-router';
import { App, Button, Form, Input, Radio } from 'antd';
import { useState } from 'react';
import { answer, http, newKey, onceHeader, queries } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { dateTime } from '@/shared/format/time';
import { usePermission } from '@/shared/permissions';
import { prospectBody, STAGE_TONES, STAGES, stepProspect, type ProspectRow } from '@/shared/recruit';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { PageHead } from '@/shared/ui/PageHead';
import { PlacePick } from '@/shared/ui/PlacePick';
import { EmptyBox } from '@/shared/ui/QueryState';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';
import { StatusTag } from '@/shared/ui/StatusTag';
import { ProspectFields, type ProspectValues } from './ProspectFields';

/** 意向对象: who may become a partner or open an outlet, by stage. */
export default function ProspectsPage() {
  const t = useT('recruit');
  const common = useT('common');
  const label = useLabel('recruit');
  const manages = usePermission('recruit.manage');
  const [adding, setAdding] = useState(false);
  const [stepping, setStepping] = useState<ProspectRow>();
  const columns: Column<ProspectRow>[] = [
    {
      key: 'name',
      title: t('name'),
      fixed: 'left',
      render: (_, row) => (
        <>
          {row.name}
          <div className="muted">{row.company || row.id}</div>
        </>
      ),
    },
    {
      key: 'stage',
      title: t('stage'),
      render: (_, row) => <StatusTag tone={STAGE_TONES[row.stage]}>{label('stages', row.stage)}</StatusTag>,
    },
    { key: 'phone', title: t('phone'), render: (_, row) => row.phone || '—' },
    { key: 'licence', title: t('licence'), render: (_, row) => row.licence || '—' },
    { key: 'territory', title: t('territory'), dataIndex: 'territory_name' },
    { key: 'tier', title: t('tier'), render: (_, row) => row.tier || '—' },
    {
      key: 'source',
      title: t('source'),
      render: (_, row) =>
        row.source === 'event' ? (
          <Link to="/recruiting/events/$id" params={{ id: row.source_id } as never}>
            {label('sources', row.source)}
          </Link>
        ) : (
          <span title={row.source_id}>{label('sources', row.source)}</span>
        ),
    },
    { key: 'owner', title: t('owner'), dataIndex: 'owner_name' },
    { key: 'outlet', title: t('outlet'), render: (_, row) => (row.outlet ? `${row.outlet} ${row.first_order_on ?? ''}` : '—') },
    { key: 'found', title: t('foundAt'), render: (_, row) => dateTime(row.found_at) },
    ...(manages
      ? [
          {
            key: 'action',
            title: common('action'),
            render: (_: unknown, row: ProspectRow) =>
              row.next.length > 0 && (
                <Button size="small" aria-label={`${t('step')} ${row.name}`} onClick={() => setStepping(row)}>
                  {t('step')}
                </Button>
              ),
          },
        ]
      : []),
  ];
  return (
    <>
      <PageHead
        title={t('prospects')}
        actions={
          manages && (
            <Button type="primary" onClick={() => setAdding(true)}>
              {t('add')}
            </Button>
          )
        }
      />
      <ResourceTable<ProspectRow>
        id="prospects"
        label={t('prospects')}
        columns={columns}
        rowKey={(row) => row.id}
        load={(query, signal) => answer(http.GET('/api/v1/recruiting/prospects', { params: { query: query as object }, signal }))}
        tabs={{
          param: 'stage',
          items: [{ value: '', label: common('all') }, ...STAGES.map((value) => ({ value, label: t(`stages.${value}`) }))],
        }}
        filters={[{ kind: 'text', name: 'q', label: t('search') }]}
        whenEmpty={<EmptyBox title={t('prospectNone')} help={t('prospectNoneHelp')} />}
      />
      {adding && <Add onClose={() => setAdding(false)} />}
      {stepping && <Step row={stepping} onClose={() => setStepping(undefined)} />}
    </>
  );
}

function Add({ onClose }: { onClose: () => void }) {
  const t = useT('recruit');
  const { message } = App.useApp();
  const [key] = useState(newKey);
  return (
    <ActionDrawer<ProspectValues>
      open
      title={t('add')}
      consequence={t('addHelp')}
      verb={t('save')}
      width={520}
      onClose={onClose}
      onSubmit={async (values) => {
        const made = await answer(
          http.POST('/api/v1/recruiting/prospects', { params: { header: onceHeader(key) }, body: prospectBody(values) }),
        );
        void message.success(t(made.fresh ? 'fresh' : 'merged'));
        await queries.invalidateQueries();
      }}
    >
      <ProspectFields />
    </ActionDrawer>
  );
}

function Step({ row, onClose }: { row: ProspectRow; onClose: () => void }) {
  const t = useT('recruit');
  const label = useLabel('recruit');
  const [form] = Form.useForm<{ to: string; note?: string; outlet?: string }>();
  const to = Form.useWatch('to', form) ?? row.next[0];
  return (
    <ActionDrawer<{ to: string; note?: string; outlet?: string }>
      open
      form={form}
      title={`${t('step')} · ${row.name}`}
      consequence={t('stepHelp')}
      verb={t('save')}
      done={t('stepped')}
      initial={{ to: row.next[0] }}
      onClose={onClose}
      onStale={async () => {
        await queries.invalidateQueries();
        return [];
      }}
      onSubmit={(values) => stepProspect(row, values.to, values.note ?? '', values.outlet ?? '')}
    >
      <Form.Item name="to" label={t('stage')}>
        <Radio.Group options={row.next.map((value) => ({ value, label: label('stages', value) }))} />
      </Form.Item>
      {to === 'opened' && (
        <Form.Item name="outlet" label={t('outlet')} rules={[{ required: true, message: t('needed') }]}>
          <PlacePick kind="outlet" />
        </Form.Item>
      )}
      <Form.Item
        name="note"
        label={t('note')}
        rules={to === 'lost' ? [{ required: true, min: 2, whitespace: true, message: t('atLeast') }] : []}
      >
        <Input.TextArea rows={3} maxLength={200} showCount />
      </Form.Item>
    </ActionDrawer>
  );
}
