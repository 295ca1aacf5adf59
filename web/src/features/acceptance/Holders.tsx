import { Button } from 'antd';
import { useState } from 'react';
import { answer, http } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { dateTime } from '@/shared/format/time';
import { usePermission } from '@/shared/permissions';
import { PlacePick } from '@/shared/ui/PlacePick';
import { EmptyBox } from '@/shared/ui/QueryState';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';
import { StatusTag } from '@/shared/ui/StatusTag';
import { useUrl } from '@/shared/url';
import { Assign } from './Assign';
import { HOLDERS, useDefinitions, type Row } from './data';
import { HolderDrawer } from './HolderDrawer';
import { Stand } from './Stand';

/** Partners, outlets and work IDs with the level they hold; giving, suspending and restoring it. */
export function Holders() {
  const t = useT('acceptance');
  const label = useLabel('acceptance');
  const common = useT('common');
  const [url, change] = useUrl();
  const may = usePermission('acceptance.manage');
  const levels = useDefinitions().data?.levels ?? [];
  const [assigning, setAssigning] = useState<{ row?: Row }>();
  const [standing, setStanding] = useState<Row>();
  const columns: Column<Row>[] = [
    {
      key: 'code',
      title: t('code'),
      fixed: 'left',
      render: (_, row) => (
        <Button type="link" size="small" style={{ padding: 0 }} onClick={() => change({ open: `${row.holder}/${row.code}` })}>
          {row.code}
        </Button>
      ),
    },
    { key: 'holder', title: t('holder'), render: (_, row) => label('holders', row.holder) },
    { key: 'name', title: t('name'), dataIndex: 'name' },
    {
      key: 'level',
      title: t('level'),
      render: (_, row) => (row.level === null ? <span className="muted">{t('noLevel')}</span> : `${row.level} ${row.level_title}`),
    },
    {
      key: 'state',
      title: t('state'),
      render: (_, row) =>
        row.suspended_at === null ? (
          <StatusTag tone="good">{t('inForce')}</StatusTag>
        ) : (
          <span title={row.suspended_reason ?? undefined}>
            <StatusTag tone="bad">{t('suspended')}</StatusTag>
          </span>
        ),
    },
    { key: 'from', title: t('from'), render: (_, row) => row.from ?? '—' },
    { key: 'to', title: t('to'), render: (_, row) => row.to ?? t('open') },
    {
      key: 'certificate',
      title: t('certificate'),
      render: (_, row) =>
        row.certificate ? `${row.certificate}${row.certificate_to ? ` ${t('goodTo', { day: row.certificate_to })}` : ''}` : '—',
    },
    { key: 'outlet', title: t('outlet'), render: (_, row) => row.outlet_name || '—' },
    { key: 'partner', title: t('partner'), render: (_, row) => <span title={row.partner}>{row.partner_name}</span> },
    { key: 'territory', title: t('territory'), dataIndex: 'territory_name' },
    {
      key: 'since',
      title: t('suspendedSince'),
      render: (_, row) => (row.suspended_at ? `${dateTime(row.suspended_at)} ${row.suspended_by ?? ''}` : '—'),
    },
    ...(may
      ? [
          {
            key: 'action',
            title: common('action'),
            render: (_: unknown, row: Row) => (
              <span style={{ display: 'flex', gap: 4 }}>
                <Button size="small" onClick={() => setAssigning({ row })}>
                  {t('assign')}
                </Button>
                <Button size="small" danger={row.suspended_at === null} onClick={() => setStanding(row)}>
                  {row.suspended_at === null ? t('suspend') : t('restore')}
                </Button>
              </span>
            ),
          },
        ]
      : []),
  ];
  return (
    <>
      <ResourceTable<Row>
        id="acceptance-holders"
        label={t('tabs.holders')}
        columns={columns}
        rowKey={(row) => `${row.holder}/${row.code}`}
        load={(query, signal) => answer(http.GET('/api/v1/acceptance/holders', { params: { query: query as never }, signal }))}
        tabs={{
          param: 'holder',
          items: [{ value: '', label: common('all') }, ...HOLDERS.map((value) => ({ value, label: t(`holders.${value}`) }))],
        }}
        filters={[
          { kind: 'text', name: 'q', label: t('code') },
          {
            kind: 'select',
            name: 'level',
            label: t('level'),
            options: levels.map(({ id, title }) => ({ value: id, label: `${id} ${title}` })),
          },
          {
            kind: 'select',
            name: 'suspended',
            label: t('state'),
            options: [
              { value: 'true', label: t('suspended') },
              { value: 'false', label: t('inForce') },
            ],
          },
          {
            kind: 'own',
            name: 'outlet',
            label: t('outlet'),
            render: (value, set, id) => <PlacePick id={id} kind="outlet" value={value} onChange={set} />,
          },
          {
            kind: 'own',
            name: 'partner',
            label: t('partner'),
            render: (value, set, id) => <PlacePick id={id} kind="partner" value={value} onChange={set} />,
          },
        ]}
        tools={() =>
          may && (
            <Button type="primary" onClick={() => setAssigning({})}>
              {t('assignNew')}
            </Button>
          )
        }
        onOpen={(row) => change({ open: `${row.holder}/${row.code}` })}
        whenEmpty={<EmptyBox title={t('none')} help={t('noneHelp')} />}
      />
      <HolderDrawer
        at={url.open}
        onClose={() => change({ open: undefined })}
        actions={
          may
            ? (row) => (
                <>
                  <Button onClick={() => setAssigning({ row })}>{t('assign')}</Button>
                  <Button danger={row.suspended_at === null} onClick={() => setStanding(row)}>
                    {row.suspended_at === null ? t('suspend') : t('restore')}
                  </Button>
                </>
              )
            : undefined
        }
      />
      {assigning && <Assign key={assigning.row?.code ?? ''} row={assigning.row} onClose={() => setAssigning(undefined)} />}
      {standing && <Stand row={standing} onClose={() => setStanding(undefined)} />}
    </>
  );
}
