import { Link, useNavigate } from '@tanstack/react-router';
import { App, Button, Form, Input, Space } from 'antd';
import { useState } from 'react';
import { answer, http, ifMatch, onceHeader, upload, type Schema } from '@/api/client';
import { useMe } from '@/api/me';
import { useLabel, useT } from '@/i18n';
import { keeper } from '@/shared/flows/acts';
import { count } from '@/shared/format/money';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { PageHead } from '@/shared/ui/PageHead';
import { PlacePick } from '@/shared/ui/PlacePick';
import { EmptyBox } from '@/shared/ui/QueryState';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';
import { StatusTag } from '@/shared/ui/StatusTag';
import { Upload } from '@/shared/ui/Upload';
import { refresh, type Finding } from './data';
import { DayItem, useRequired, WordsItem } from './Fields';

const STATES = ['open', 'case', 'dismissed'] as const;
const TONES = { open: 'warn', case: 'info', dismissed: 'plain' } as const;
const LARGEST = 16 << 20;

/** Pieces that turned up where their partner may not sell. */
export default function DiversionsPage() {
  const t = useT('price');
  const common = useT('common');
  const label = useLabel('price');
  const [doing, setDoing] = useState<'tell' | 'supply'>();
  const [acting, setActing] = useState<{ row: Finding; act: 'toCase' | 'dismiss' }>();
  const columns: Column<Finding>[] = [
    { key: 'piece', title: t('piece'), fixed: 'left', dataIndex: 'piece' },
    {
      key: 'state',
      title: t('state'),
      render: (_, row) => <StatusTag tone={TONES[row.state as 'open']}>{label('findingStates', row.state)}</StatusTag>,
    },
    { key: 'product', title: t('product'), render: (_, row) => row.product_name || '—' },
    { key: 'partner', title: t('answers'), render: (_, row) => `${row.partner_name} ${row.partner}` },
    { key: 'from', title: t('suppliedTo'), render: (_, row) => `${row.from_outlet_name} ${row.from_territory_name}` },
    { key: 'on', title: t('suppliedOn'), dataIndex: 'supplied_on' },
    { key: 'at', title: t('seenAt'), render: (_, row) => `${row.outlet_name} ${row.territory_name}` },
    { key: 'seen', title: t('seenOn'), dataIndex: 'seen_on' },
    { key: 'harmed', title: t('harmed'), render: (_, row) => row.harmed_name || '—' },
    { key: 'way', title: t('way'), render: (_, row) => `${label('ways', row.way)} ${row.reference}` },
    {
      key: 'action',
      title: common('action'),
      render: (_, row) =>
        row.state === 'open' ? (
          <Space>
            {(['toCase', 'dismiss'] as const).map((act) => (
              <Button key={act} size="small" aria-label={`${t(act)} ${row.piece}`} onClick={() => setActing({ row, act })}>
                {t(act)}
              </Button>
            ))}
          </Space>
        ) : row.case ? (
          <Link to="/prices/cases/$id" params={{ id: row.case } as never}>
            {row.case}
          </Link>
        ) : (
          row.reason
        ),
    },
  ];
  return (
    <>
      <PageHead
        title={t('diversions')}
        note={t('diversionsNote')}
        actions={
          <>
            <Button onClick={() => setDoing('supply')}>{t('supplyList')}</Button>
            <Button type="primary" onClick={() => setDoing('tell')}>
              {t('tell')}
            </Button>
          </>
        }
      />
      <ResourceTable<Finding>
        id="diversions"
        label={t('diversions')}
        columns={columns}
        rowKey={(row) => row.id}
        load={(query, signal) => answer(http.GET('/api/v1/diversions', { params: { query: query as object }, signal }))}
        tabs={{
          param: 'state',
          items: [{ value: '', label: common('all') }, ...STATES.map((value) => ({ value, label: t(`findingStates.${value}`) }))],
        }}
        filters={[
          { kind: 'text', name: 'q', label: t('piece') },
          {
            kind: 'own',
            name: 'partner',
            label: t('answers'),
            render: (value, change, id) => <PlacePick id={id} kind="partner" value={value} onChange={change} />,
          },
        ]}
        whenEmpty={<EmptyBox title={t('noDiversions')} help={t('noDiversionsHelp')} />}
      />
      {doing === 'tell' && <Tell onClose={() => setDoing(undefined)} />}
      {doing === 'supply' && <Supply onClose={() => setDoing(undefined)} />}
      {acting && <End {...acting} onClose={() => setActing(undefined)} />}
    </>
  );
}

interface Told {
  piece: string;
  outlet: string;
  seen_on: string;
  reference: string;
}

function Tell({ onClose }: { onClose: () => void }) {
  const t = useT('price');
  const label = useLabel('price');
  const me = useMe();
  const { message } = App.useApp();
  const required = useRequired();
  const submit = async (body: Told) => {
    const { outcome } = await answer(http.POST('/api/v1/diversions', { body }));
    void message.info(label('outcome', outcome));
    await refresh();
  };
  return (
    <ActionDrawer<Told>
      open
      title={t('tell')}
      consequence={t('tellConsequence')}
      verb={t('tell')}
      initial={{ seen_on: me.today }}
      onSubmit={submit}
      onClose={onClose}
    >
      <Form.Item name="piece" label={t('piece')} rules={required}>
        <Input maxLength={40} autoComplete="off" />
      </Form.Item>
      <Form.Item name="outlet" label={t('seenAt')} rules={required}>
        <PlacePick kind="outlet" />
      </Form.Item>
      <DayItem name="seen_on" label={t('seenOn')} />
      <WordsItem name="reference" label={t('howSeen')} most={200} />
    </ActionDrawer>
  );
}

function Supply({ onClose }: { onClose: () => void }) {
  const t = useT('price');
  const { message } = App.useApp();
  const [files, setFiles] = useState<File[]>([]);
  return (
    <ActionDrawer
      open
      width={520}
      title={t('supplyList')}
      consequence={t('supplyConsequence')}
      verb={t('supplyList')}
      {...(files.length === 0 ? { blocked: t('noFile') } : {})}
      onClose={onClose}
      onSubmit={async () => {
        const file = files[0]!;
        const path = `/api/v1/diversions/supply?${new URLSearchParams({ name: file.name })}`;
        const { pieces } = (await upload(path, file, { 'Content-Type': 'text/csv' })) as Schema<'SupplyListTaken'>;
        void message.success(t('supplied', { count: count(pieces) }));
        await refresh();
      }}
    >
      <Upload accept=".csv,.tsv,.txt,.xlsx" limit={LARGEST} files={files} onChange={setFiles} hint={t('supplyHint')} />
    </ActionDrawer>
  );
}

function End({ row, act, onClose }: { row: Finding; act: 'toCase' | 'dismiss'; onClose: () => void }) {
  const t = useT('price');
  const navigate = useNavigate();
  const [key] = useState(keeper);
  const submit = async (body: { reason: string }) => {
    const path = { id: row.id };
    if (act === 'dismiss') {
      const params = { path, header: ifMatch(row.version) };
      await answer(http.POST('/api/v1/diversions/{id}/dismiss', { params, headers: ifMatch(row.version), body }));
      await refresh();
      return;
    }
    const headers = { ...onceHeader(key(body)), ...ifMatch(row.version) };
    const made = await answer(http.POST('/api/v1/diversions/{id}/case', { params: { path, header: headers }, headers, body }));
    await refresh();
    await navigate({ to: '/prices/cases/$id', params: { id: made.id } as never });
  };
  return (
    <ActionDrawer
      open
      title={`${t(act)} ${row.piece}`}
      consequence={t(`${act}Help`)}
      verb={t(act)}
      danger={act === 'dismiss'}
      done={t('done')}
      onSubmit={submit}
      onClose={onClose}
    >
      <WordsItem name="reason" label={act === 'toCase' ? t('summary') : t('reason')} most={act === 'toCase' ? 500 : 200} />
    </ActionDrawer>
  );
}
