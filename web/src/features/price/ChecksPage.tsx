import { Link, useNavigate } from '@tanstack/react-router';
import { Button, Form, Select } from 'antd';
import { useState } from 'react';
import { answer, http, onceHeader } from '@/api/client';
import { useMe } from '@/api/me';
import { useLabel, useT } from '@/i18n';
import { keeper } from '@/shared/flows/acts';
import { count, fenOf } from '@/shared/format/money';
import { usePermission } from '@/shared/permissions';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { Money } from '@/shared/ui/Money';
import { PageHead } from '@/shared/ui/PageHead';
import { PlacePick } from '@/shared/ui/PlacePick';
import { EmptyBox } from '@/shared/ui/QueryState';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';
import { StatusTag } from '@/shared/ui/StatusTag';
import { YuanItem } from '@/shared/ui/YuanItem';
import { stringifySearch } from '@/shared/url';
import { useAreas } from '@/shared/words';
import { refresh, SEEN, together, VERDICT_TONES, VERDICTS, type Check } from './data';
import { DayItem, ProductItem, ProductPick, useRequired, WordsItem } from './Fields';

/** Prices that were seen, what they were by the books of their day, and what became of them. */
export default function ChecksPage() {
  const t = useT('price');
  const common = useT('common');
  const label = useLabel('price');
  const may = usePermission('price.manage');
  const { areas, loading } = useAreas();
  const [bringing, setBringing] = useState(false);
  const [opening, setOpening] = useState<Check[]>();
  const columns: Column<Check>[] = [
    { key: 'day', title: t('seenOn'), fixed: 'left', dataIndex: 'seen_on' },
    {
      key: 'verdict',
      title: t('verdict'),
      render: (_, row) => <StatusTag tone={VERDICT_TONES[row.verdict]}>{label('verdicts', row.verdict)}</StatusTag>,
    },
    { key: 'outlet', title: t('outlet'), render: (_, row) => `${row.outlet_name} ${row.outlet}` },
    { key: 'product', title: t('product'), dataIndex: 'product_name' },
    { key: 'seen', title: t('whatSeen'), render: (_, row) => label('seen', row.seen) },
    { key: 'amount', title: t('price'), money: true, render: (_, row) => <Money fen={row.amount} /> },
    { key: 'floor', title: t('floor'), money: true, render: (_, row) => <Money fen={row.floor} /> },
    { key: 'suggested', title: t('suggested'), money: true, render: (_, row) => <Money fen={row.suggested} /> },
    { key: 'mode', title: t('mode'), render: (_, row) => (row.mode ? label('modes', row.mode) : '—') },
    { key: 'area', title: t('area'), dataIndex: 'territory_name' },
    { key: 'partner', title: t('partner'), dataIndex: 'partner_name' },
    {
      key: 'case',
      title: t('case'),
      render: (_, row) =>
        row.case ? (
          <Link to="/prices/cases/$id" params={{ id: row.case } as never}>
            {row.case}
          </Link>
        ) : row.may_case && may ? (
          <Button size="small" type="link" onClick={() => setOpening([row])}>
            {t('openCase')}
          </Button>
        ) : (
          '—'
        ),
    },
    { key: 'who', title: t('who'), render: (_, row) => row.who || '—' },
    { key: 'note', title: t('note'), render: (_, row) => row.note || '—' },
  ];
  return (
    <>
      <PageHead
        title={t('checks')}
        note={t('checksNote')}
        actions={
          may && (
            <Button type="primary" onClick={() => setBringing(true)}>
              {t('bring')}
            </Button>
          )
        }
      />
      <ResourceTable<Check>
        id="price-checks"
        label={t('checks')}
        columns={columns}
        rowKey={(row) => row.id}
        load={(query, signal) => answer(http.GET('/api/v1/price-checks', { params: { query: query as object }, signal }))}
        tabs={{
          param: 'verdict',
          items: [{ value: '', label: common('all') }, ...VERDICTS.map((value) => ({ value, label: t(`verdicts.${value}`) }))],
        }}
        filters={[
          {
            kind: 'own',
            name: 'product',
            label: t('product'),
            render: (value, change, id) => <ProductPick id={id} value={value} onChange={change} />,
          },
          {
            kind: 'own',
            name: 'outlet',
            label: t('outlet'),
            render: (value, change, id) => <PlacePick id={id} kind="outlet" value={value} onChange={change} />,
          },
          { kind: 'area', name: 'territory', label: t('area'), areas, loading },
          { kind: 'select', name: 'seen', label: t('whatSeen'), options: SEEN.map((value) => ({ value, label: t(`seen.${value}`) })) },
          { kind: 'days', name: 'days', label: t('seenOn'), from: 'from', to: 'to' },
        ]}
        {...(may
          ? {
              batch: (rows: Check[]) => (
                <Button disabled={!together(rows)} title={together(rows) ? undefined : t('togetherHelp')} onClick={() => setOpening(rows)}>
                  {t('openCaseOf', { count: count(rows.length) })}
                </Button>
              ),
            }
          : {})}
        ownFile
        tools={(query) => <Button href={`/api/v1/price-checks/file${stringifySearch(query)}`}>{common('export')}</Button>}
        whenEmpty={<EmptyBox title={t('noChecks')} help={t('noChecksHelp')} />}
      />
      {bringing && <Bring onClose={() => setBringing(false)} />}
      {opening && <Open checks={opening} onClose={() => setOpening(undefined)} />}
    </>
  );
}

interface Brought {
  outlet: string;
  product: string;
  seen: string;
  amount: string;
  seen_on: string;
  note?: string;
}

function Bring({ onClose }: { onClose: () => void }) {
  const t = useT('price');
  const me = useMe();
  const [key] = useState(keeper);
  const required = useRequired();
  const submit = async (values: Brought) => {
    const body = { ...values, amount: fenOf(values.amount) ?? 0, note: values.note ?? '' };
    const once = key(body);
    await answer(http.POST('/api/v1/price-checks', { params: { header: { 'Idempotency-Key': once } }, headers: onceHeader(once), body }));
    await refresh();
  };
  return (
    <ActionDrawer<Brought>
      open
      title={t('bring')}
      consequence={t('bringConsequence')}
      verb={t('bring')}
      done={t('brought')}
      initial={{ seen: 'tag', seen_on: me.today }}
      onSubmit={submit}
      onClose={onClose}
    >
      <Form.Item name="outlet" label={t('outlet')} rules={required}>
        <PlacePick kind="outlet" />
      </Form.Item>
      <ProductItem />
      <Form.Item name="seen" label={t('whatSeen')}>
        <Select options={SEEN.map((value) => ({ value, label: t(`seen.${value}`) }))} />
      </Form.Item>
      <YuanItem name="amount" label={t('priceYuan')} />
      <DayItem name="seen_on" label={t('seenOn')} />
      <WordsItem name="note" label={t('note')} optional />
    </ActionDrawer>
  );
}

function Open({ checks, onClose }: { checks: Check[]; onClose: () => void }) {
  const t = useT('price');
  const navigate = useNavigate();
  const [key] = useState(keeper);
  const first = checks[0]!;
  const submit = async ({ summary }: { summary: string }) => {
    const body = { checks: checks.map((one) => one.id), summary };
    const once = key(body);
    const made = await answer(
      http.POST('/api/v1/price-cases', { params: { header: { 'Idempotency-Key': once } }, headers: onceHeader(once), body }),
    );
    await refresh();
    await navigate({ to: '/prices/cases/$id', params: { id: made.id } as never });
  };
  return (
    <ActionDrawer
      open
      title={t('openCase')}
      consequence={t('openCaseConsequence', { outlet: first.outlet_name, product: first.product_name })}
      verb={t('openCase')}
      done={t('opened')}
      onSubmit={submit}
      onClose={onClose}
    >
      <WordsItem name="summary" label={t('summary')} />
    </ActionDrawer>
  );
}
