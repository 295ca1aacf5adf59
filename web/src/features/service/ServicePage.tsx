import { Link } from '@tanstack/react-router';
import { Button, Form, Input } from 'antd';
import { useState } from 'react';
import { answer, http } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { dateTime } from '@/shared/format/time';
import {
  decisions,
  SERVICE_KINDS,
  SERVICE_STATES,
  SERVICE_TONES,
  serviceAct,
  type ServiceKind,
  type ServiceRow,
  type ServiceVerb,
} from '@/shared/orders/service';
import { usePermission } from '@/shared/permissions';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { PageHead } from '@/shared/ui/PageHead';
import { PlacePick } from '@/shared/ui/PlacePick';
import { EmptyBox } from '@/shared/ui/QueryState';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';
import { StatusTag } from '@/shared/ui/StatusTag';

/** Exchanges, returns and repairs of handsets: what outlets ask, and what was decided. */
export default function ServicePage() {
  const t = useT('service');
  const label = useLabel('service');
  const common = useT('common');
  const may = usePermission('service.handle');
  const [doing, setDoing] = useState<{ row: ServiceRow; verb: ServiceVerb }>();
  const columns: Column<ServiceRow>[] = [
    { key: 'id', title: t('number'), fixed: 'left', dataIndex: 'id' },
    { key: 'kind', title: t('kind'), render: (_, row) => label('kinds', row.kind) },
    {
      key: 'state',
      title: t('state'),
      render: (_, row) => <StatusTag tone={SERVICE_TONES[row.state]}>{label('states', row.state)}</StatusTag>,
    },
    { key: 'outlet', title: t('outlet'), render: (_, row) => `${row.outlet_name} ${row.outlet}` },
    { key: 'product', title: t('product'), dataIndex: 'product_name' },
    { key: 'serial', title: t('serial'), dataIndex: 'serial' },
    { key: 'replacement', title: t('replacement'), render: (_, row) => row.replacement || '—' },
    {
      key: 'order',
      title: t('order'),
      render: (_, row) =>
        row.order ? (
          <Link to="/orders/$id" params={{ id: row.order } as never}>
            {row.order}
          </Link>
        ) : (
          t('inStock')
        ),
    },
    { key: 'reason', title: t('reason'), dataIndex: 'reason' },
    { key: 'asked', title: t('askedAt'), render: (_, row) => `${dateTime(row.asked_at)} · ${row.asked_by}` },
    { key: 'decision', title: t('decision'), render: (_, row) => [row.decided_by, row.decision].filter(Boolean).join(' · ') || '—' },
    ...(may
      ? [
          {
            key: 'todo',
            title: t('todo'),
            render: (_: unknown, row: ServiceRow) =>
              row.state === 'asked' && row.own
                ? t('own')
                : decisions(row).map((verb) => (
                    <Button key={verb} size="small" type="link" danger={verb === 'refuse'} onClick={() => setDoing({ row, verb })}>
                      {label('verbs', verb)}
                    </Button>
                  )),
          },
        ]
      : []),
  ];
  return (
    <>
      <PageHead title={t('title')} />
      <ResourceTable<ServiceRow>
        id="service"
        label={t('title')}
        columns={columns}
        rowKey={(row) => row.id}
        load={(query, signal) => answer(http.GET('/api/v1/service-requests', { params: { query: query as object }, signal }))}
        tabs={{
          param: 'state',
          items: [{ value: '', label: common('all') }, ...SERVICE_STATES.map((value) => ({ value, label: t(`states.${value}`) }))],
        }}
        filters={[
          {
            kind: 'select',
            name: 'kind',
            label: t('kind'),
            options: SERVICE_KINDS.map((value) => ({ value, label: t(`kinds.${value}`) })),
          },
          { kind: 'text', name: 'q', label: t('numberOrSerial') },
          {
            kind: 'own',
            name: 'outlet',
            label: t('outlet'),
            render: (value, change, id) => <PlacePick id={id} kind="outlet" value={value} onChange={change} />,
          },
        ]}
        whenEmpty={<EmptyBox title={t('none')} help={t('noneHelp')} />}
      />
      {doing && <Doing {...doing} onClose={() => setDoing(undefined)} />}
    </>
  );
}

function Doing({ row, verb, onClose }: { row: ServiceRow; verb: ServiceVerb; onClose: () => void }) {
  const t = useT('service');
  const label = useLabel('service');
  const refused = verb === 'refuse';
  const { serial, replacement, order } = row;
  const what = verb === 'agree' ? t(`agreed.${row.kind as ServiceKind}`, { serial, replacement, order }) : label('consequence', verb);
  return (
    <ActionDrawer<{ note?: string }>
      open
      title={`${label('verbs', verb)} ${label('kinds', row.kind)} ${row.id}`}
      consequence={what}
      verb={label('verbs', verb)}
      danger={refused}
      done={t('doneNow')}
      onSubmit={({ note = '' }) => serviceAct(verb, row, note.trim())}
      onClose={onClose}
    >
      <Form.Item
        name="note"
        label={t(refused ? 'reason' : 'note')}
        rules={refused ? [{ required: true, min: 2, whitespace: true, message: t('reasonMissing') }] : []}
      >
        <Input.TextArea rows={3} maxLength={200} showCount />
      </Form.Item>
    </ActionDrawer>
  );
}
