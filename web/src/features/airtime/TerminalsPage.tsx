import { Link, useNavigate } from '@tanstack/react-router';
import { Button } from 'antd';
import { useState } from 'react';
import { answer, api, http } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { count, yuan } from '@/shared/format/money';
import { usePermission } from '@/shared/permissions';
import { Money } from '@/shared/ui/Money';
import { PageHead } from '@/shared/ui/PageHead';
import { PlacePick } from '@/shared/ui/PlacePick';
import { EmptyBox } from '@/shared/ui/QueryState';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';
import { StatusTag } from '@/shared/ui/StatusTag';
import { stringifySearch } from '@/shared/url';
import { AddTerminals } from './Acts';
import { STATES, TONES, type Terminal } from './data';

/** Terminals: where they are, what is on them, and those to be warned of. */
export default function TerminalsPage() {
  const t = useT('airtime');
  const label = useLabel('airtime');
  const common = useT('common');
  const navigate = useNavigate();
  const may = usePermission('terminal.manage');
  const [adding, setAdding] = useState(false);
  const counts = api.useQuery('get', '/api/v1/terminals/counts', {}).data;
  const columns: Column<Terminal>[] = [
    {
      key: 'serial',
      title: t('serial'),
      fixed: 'left',
      render: (_, row) => (
        <Link to="/terminals/$serial" params={{ serial: row.serial } as never}>
          {row.serial}
        </Link>
      ),
    },
    { key: 'model', title: t('model'), dataIndex: 'model' },
    { key: 'state', title: t('state'), render: (_, row) => <StatusTag tone={TONES[row.state]}>{label('states', row.state)}</StatusTag> },
    {
      key: 'alerts',
      title: t('alerts'),
      render: (_, row) => (
        <>
          {row.low && <StatusTag tone="warn">{t('alert.low')}</StatusTag>}
          {row.idle && <StatusTag tone="warn">{t('alert.idle')}</StatusTag>}
          {!row.low && !row.idle && '—'}
        </>
      ),
    },
    { key: 'outlet', title: t('outlet'), render: (_, row) => (row.outlet ? `${row.outlet_name} ${row.outlet}` : '—') },
    { key: 'partner', title: t('partner'), render: (_, row) => (row.partner ? `${row.partner_name} ${row.partner}` : '—') },
    { key: 'balance', title: t('balance'), money: true, render: (_, row) => <Money fen={row.balance} /> },
    { key: 'loaded', title: t('loaded'), money: true, render: (_, row) => <Money fen={row.loaded} /> },
    { key: 'sold', title: t('sold'), money: true, render: (_, row) => <Money fen={row.sold} /> },
    { key: 'reversed', title: t('reversed'), money: true, render: (_, row) => <Money fen={row.reversed} /> },
    { key: 'deposit', title: t('deposit'), money: true, render: (_, row) => <Money fen={row.deposit} /> },
    { key: 'placed', title: t('placedOn'), render: (_, row) => row.placed_on ?? '—' },
    { key: 'sale', title: t('lastSaleOn'), render: (_, row) => row.last_sale_on ?? '—' },
    { key: 'idle', title: t('idleDays'), num: true, render: (_, row) => count(row.idle_days) },
  ];
  return (
    <>
      <PageHead
        title={t('title')}
        note={counts && t('sum', { balance: yuan(counts.balance), low: counts.low, idle: counts.idle })}
        actions={
          may && (
            <Button type="primary" onClick={() => setAdding(true)}>
              {t('add')}
            </Button>
          )
        }
      />
      <ResourceTable<Terminal>
        id="terminals"
        label={t('title')}
        columns={columns}
        rowKey={(row) => row.serial}
        load={(query, signal) => answer(http.GET('/api/v1/terminals', { params: { query: query as object }, signal }))}
        tabs={{
          param: 'state',
          items: [
            { value: '', label: common('all') },
            ...STATES.map((value) => ({ value, label: t(`states.${value}`), count: counts?.[value] })),
          ],
        }}
        filters={[
          { kind: 'text', name: 'q', label: t('serial') },
          {
            kind: 'select',
            name: 'alert',
            label: t('alerts'),
            options: (['low', 'idle'] as const).map((value) => ({ value, label: t(`alert.${value}`) })),
          },
          {
            kind: 'own',
            name: 'partner',
            label: t('partner'),
            render: (value, change, id) => <PlacePick id={id} kind="partner" value={value} onChange={change} />,
          },
          {
            kind: 'own',
            name: 'outlet',
            label: t('outlet'),
            render: (value, change, id) => <PlacePick id={id} kind="outlet" value={value} onChange={change} />,
          },
        ]}
        ownFile
        tools={(query) => <Button href={`/api/v1/terminals/file${stringifySearch(query)}`}>{common('export')}</Button>}
        onOpen={(row) => void navigate({ to: '/terminals/$serial', params: { serial: row.serial } as never })}
        whenEmpty={<EmptyBox title={t('none')} help={may ? t('noneHelp') : undefined} />}
      />
      <AddTerminals open={adding} onClose={() => setAdding(false)} />
    </>
  );
}
