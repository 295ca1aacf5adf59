import { Link } from '@tanstack/react-router';
import { Button, Form, Input, InputNumber, Radio } from 'antd';
import { useState } from 'react';
import { answer, api, http, onceHeader } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { keeper } from '@/shared/flows/acts';
import { usePermission } from '@/shared/permissions';
import { ActionDrawer, DetailDrawer } from '@/shared/ui/Drawers';
import { PageHead } from '@/shared/ui/PageHead';
import { PlacePick } from '@/shared/ui/PlacePick';
import { PlainTable } from '@/shared/ui/PlainTable';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';
import { StatusTag } from '@/shared/ui/StatusTag';
import { stringifySearch } from '@/shared/url';
import { ODD, refresh, ROLE_TONES, SHOWN_TONES, type Stock } from './data';

/** Stock, sales and weeks of cover by outlet and model. */
export default function StockPage() {
  const t = useT('distribution');
  const label = useLabel('distribution');
  const common = useT('common');
  const may = usePermission('distribution.manage');
  const [open, setOpen] = useState<Stock>();
  const [act, setAct] = useState<'shelf' | 'move'>();
  const columns: Column<Stock>[] = [
    { key: 'outlet', title: t('outlet'), fixed: 'left', sorter: true, render: (_, row) => `${row.outlet_name} ${row.outlet}` },
    { key: 'product', title: t('model'), render: (_, row) => `${row.product_name} ${row.product}` },
    { key: 'role', title: t('role'), render: (_, row) => <StatusTag tone={ROLE_TONES[row.role]}>{label('roles', row.role)}</StatusTag> },
    {
      key: 'shown',
      title: t('shown'),
      render: (_, row) =>
        row.shown ? (
          <>
            <StatusTag tone={SHOWN_TONES[row.shown]}>{label('shownAt', row.shown)}</StatusTag>
            {row.tag === false && <StatusTag tone="warn">{t('tagLess')}</StatusTag>}
            {row.sample === false && <StatusTag>{t('sampleLess')}</StatusTag>}
          </>
        ) : (
          '—'
        ),
    },
    { key: 'stock', title: t('stock'), num: true, sorter: true, render: (_, row) => row.stock ?? t('unknown') },
    { key: 'coming', title: t('coming'), num: true, dataIndex: 'coming' },
    { key: 'sold', title: t('sold'), num: true, sorter: true, dataIndex: 'sold' },
    {
      key: 'cover',
      title: t('cover'),
      num: true,
      sorter: true,
      render: (_, row) => (row.cover_tenths === null ? '—' : (row.cover_tenths / 10).toFixed(1)),
    },
    {
      key: 'odd',
      title: t('odd'),
      render: (_, row) =>
        row.odd.length === 0
          ? '—'
          : row.odd.map((one) => (
              <StatusTag key={one} tone={one === 'rise' ? 'info' : 'warn'}>
                {label('odds', one)}
              </StatusTag>
            )),
    },
    { key: 'unused', title: t('unused'), num: true, sorter: true, dataIndex: 'unused' },
    { key: 'counted', title: t('countedOn'), render: (_, row) => row.counted_on ?? '—' },
  ];
  return (
    <>
      <PageHead title={t('stockTitle')} note={t('stockNote')} />
      <ResourceTable<Stock>
        id="model-stock"
        label={t('stockTitle')}
        columns={columns}
        rowKey={(row) => `${row.outlet} ${row.product}`}
        load={(query, signal) => answer(http.GET('/api/v1/distribution/stock', { params: { query: query as object }, signal }))}
        filters={[
          { kind: 'text', name: 'q', label: t('search') },
          { kind: 'select', name: 'odd', label: t('odd'), options: ODD.map((value) => ({ value, label: t(`odds.${value}`) })) },
          {
            kind: 'own',
            name: 'outlet',
            label: t('outlet'),
            render: (value, change, id) => <PlacePick id={id} kind="outlet" value={value} onChange={change} />,
          },
        ]}
        ownFile
        tools={(query) => <Button href={`/api/v1/distribution/stock/file${stringifySearch(query)}`}>{common('export')}</Button>}
        onOpen={setOpen}
        whenEmpty={<EmptyBox title={t('noStock')} />}
      />
      <DetailDrawer
        open={open !== undefined && act === undefined}
        title={open && `${open.outlet_name} · ${open.product_name}`}
        onClose={() => setOpen(undefined)}
        actions={
          open && (
            <>
              {may && <Button onClick={() => setAct('shelf')}>{t('noteShelf')}</Button>}
              {may && <Button onClick={() => setAct('move')}>{t('move')}</Button>}
              <Link to="/distribution/outlets/$code/proposal" params={{ code: open.outlet } as never}>
                {t('proposal')}
              </Link>
            </>
          )
        }
      >
        {open && <Weeks row={open} />}
      </DetailDrawer>
      {open && act === 'shelf' && <NoteShelf row={open} onClose={() => setAct(undefined)} />}
      {open && act === 'move' && <MoveStock row={open} onClose={() => setAct(undefined)} />}
    </>
  );
}

function Weeks({ row }: { row: Stock }) {
  const t = useT('distribution');
  const params = { path: { code: row.outlet }, query: { product: row.product } };
  const query = api.useQuery('get', '/api/v1/distribution/outlets/{code}/weeks', { params });
  const heads = ['week', 'opening', 'supplied', 'soldWeek', 'adjusted', 'closing'] as const;
  return (
    <QueryState query={query} rows={8}>
      {(weeks) => (
        <>
          <p className="muted">{t('formula')}</p>
          <PlainTable label={t('weeks')}>
            <thead>
              <tr>
                {heads.map((head) => (
                  <th key={head} scope="col" className={head === 'week' ? undefined : 'num'}>
                    {t(head)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {weeks.map((week) => (
                <tr key={week.from}>
                  <td>{`${week.from} – ${week.to.slice(5)}`}</td>
                  <td className="num">{week.opening ?? '—'}</td>
                  <td className="num">{week.supplied}</td>
                  <td className="num">{week.sold}</td>
                  <td className="num">{week.adjusted}</td>
                  <td className="num">{week.closing ?? '—'}</td>
                </tr>
              ))}
            </tbody>
          </PlainTable>
        </>
      )}
    </QueryState>
  );
}

function NoteShelf({ row, onClose }: { row: Stock; onClose: () => void }) {
  const t = useT('distribution');
  const common = useT('common');
  const seen = [
    { value: true, label: common('yes') },
    { value: false, label: common('no') },
  ];
  const submit = async (values: { shown?: string; sample?: boolean; tag?: boolean; counted?: number | null }) => {
    const { shown = '', sample = null, tag = null, counted = null } = values;
    const body = [{ product: row.product, shown, sample, tag, counted }];
    await answer(http.POST('/api/v1/distribution/outlets/{code}/shelf', { params: { path: { code: row.outlet } }, body }));
    await refresh();
  };
  return (
    <ActionDrawer
      open
      title={`${t('noteShelf')} · ${row.product_name}`}
      consequence={t('noteShelfConsequence')}
      verb={t('noteShelf')}
      done={t('done')}
      initial={{ shown: 'shelf' }}
      onSubmit={submit}
      onClose={onClose}
    >
      <Form.Item name="shown" label={t('shown')}>
        <Radio.Group options={(['shelf', 'store', 'missing'] as const).map((value) => ({ value, label: t(`shownAt.${value}`) }))} />
      </Form.Item>
      <Form.Item name="sample" label={t('sample')}>
        <Radio.Group options={seen} />
      </Form.Item>
      <Form.Item name="tag" label={t('priceTag')} extra={t('priceTagHelp')}>
        <Radio.Group options={seen} />
      </Form.Item>
      <Form.Item name="counted" label={t('counted')} extra={t('countedHelp')}>
        <InputNumber min={0} precision={0} />
      </Form.Item>
    </ActionDrawer>
  );
}

function MoveStock({ row, onClose }: { row: Stock; onClose: () => void }) {
  const t = useT('distribution');
  const [key] = useState(keeper);
  const submit = async (values: { kind: string; quantity: number; reason: string }) => {
    const body = { product: row.product, returned: values.kind === 'return', quantity: values.quantity, reason: values.reason };
    const once = key(body);
    const params = { path: { code: row.outlet }, header: { 'Idempotency-Key': once } };
    await answer(http.POST('/api/v1/distribution/outlets/{code}/movements', { params, headers: onceHeader(once), body }));
    await refresh();
  };
  const required = [{ required: true, message: t('fieldMissing') }];
  return (
    <ActionDrawer
      open
      title={`${t('move')} · ${row.product_name}`}
      consequence={t('moveConsequence')}
      verb={t('move')}
      done={t('done')}
      initial={{ kind: 'return' }}
      onSubmit={submit}
      onClose={onClose}
    >
      <Form.Item name="kind" label={t('moveKind')}>
        <Radio.Group options={(['return', 'adjust'] as const).map((value) => ({ value, label: t(`moves.${value}`) }))} />
      </Form.Item>
      <Form.Item name="quantity" label={t('quantity')} rules={required}>
        <InputNumber precision={0} />
      </Form.Item>
      <Form.Item name="reason" label={t('reason')} rules={required}>
        <Input.TextArea rows={2} maxLength={200} />
      </Form.Item>
    </ActionDrawer>
  );
}
