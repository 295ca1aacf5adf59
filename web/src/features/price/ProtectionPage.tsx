import { Button, Form, Input, Space, Tabs } from 'antd';
import { useState } from 'react';
import { answer, api, http, ifMatch, onceHeader, type Schema } from '@/api/client';
import { useMe } from '@/api/me';
import { useLabel, useT } from '@/i18n';
import { keeper } from '@/shared/flows/acts';
import { count, fenOf, yuan } from '@/shared/format/money';
import { usePermission } from '@/shared/permissions';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { Money } from '@/shared/ui/Money';
import { PageHead } from '@/shared/ui/PageHead';
import { PlacePick } from '@/shared/ui/PlacePick';
import { EmptyBox } from '@/shared/ui/QueryState';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';
import { StatusTag } from '@/shared/ui/StatusTag';
import { YuanItem } from '@/shared/ui/YuanItem';
import { useUrl } from '@/shared/url';
import { DecideDrawer } from './Decide';
import { DECIDED_TONES, refresh } from './data';
import { AreaItem, DayItem, OutletTypeItem, ProductItem, useRequired, WordsItem } from './Fields';

type Cut = Schema<'PriceCut'>;
type Claim = Schema<'PriceClaim'>;
type Deciding = { approve: boolean } & ({ cut: Cut } | { claim: Claim });

const STATES = ['submitted', 'approved', 'refused'] as const;

/** Cuts of prices, and claims for stock of that day. */
export default function ProtectionPage() {
  const t = useT('price');
  const manages = usePermission('price.manage');
  const [url, change] = useUrl();
  const [announcing, setAnnouncing] = useState(false);
  const [claiming, setClaiming] = useState<Cut>();
  const [deciding, setDeciding] = useState<Deciding>();
  return (
    <>
      <PageHead
        title={t('protection')}
        note={t('protectionNote')}
        actions={
          manages && (
            <Button type="primary" onClick={() => setAnnouncing(true)}>
              {t('announce')}
            </Button>
          )
        }
      />
      <Tabs
        activeKey={url.tab ?? 'cuts'}
        onChange={(tab) => change({ tab, state: undefined, after: undefined })}
        items={[
          { key: 'cuts', label: t('cuts'), children: <Cuts onClaim={setClaiming} onDecide={setDeciding} /> },
          { key: 'claims', label: t('claims'), children: <Claims onDecide={setDeciding} /> },
        ]}
        destroyOnHidden
      />
      {announcing && <Announce onClose={() => setAnnouncing(false)} />}
      {claiming && <MakeClaim cut={claiming} onClose={() => setClaiming(undefined)} />}
      {deciding && <Decide {...deciding} onClose={() => setDeciding(undefined)} />}
    </>
  );
}

function Both({ own, onDecide }: { own: boolean; onDecide: (approve: boolean) => void }) {
  const t = useT('price');
  return (
    <Space>
      {([true, false] as const).map((approve) => (
        <Button key={String(approve)} size="small" disabled={own} title={own ? t('ownHand') : undefined} onClick={() => onDecide(approve)}>
          {approve ? t('approve') : t('refuse')}
        </Button>
      ))}
    </Space>
  );
}

function Cuts({ onClaim, onDecide }: { onClaim: (cut: Cut) => void; onDecide: (deciding: Deciding) => void }) {
  const t = useT('price');
  const common = useT('common');
  const label = useLabel('price');
  const decides = usePermission('price.decide');
  const columns: Column<Cut>[] = [
    { key: 'id', title: t('number'), fixed: 'left', dataIndex: 'id' },
    {
      key: 'state',
      title: t('state'),
      render: (_, row) => <StatusTag tone={DECIDED_TONES[row.state]}>{label('decided', row.state)}</StatusTag>,
    },
    { key: 'product', title: t('product'), dataIndex: 'product_name' },
    { key: 'area', title: t('area'), dataIndex: 'territory_name' },
    { key: 'type', title: t('outletType'), render: (_, row) => row.outlet_type || t('allTypes') },
    { key: 'on', title: t('cutOn'), dataIndex: 'on' },
    { key: 'before', title: t('before'), money: true, render: (_, row) => <Money fen={row.before} /> },
    { key: 'after', title: t('after'), money: true, render: (_, row) => <Money fen={row.after} /> },
    { key: 'difference', title: t('difference'), money: true, render: (_, row) => <Money fen={row.difference} /> },
    { key: 'until', title: t('claimUntil'), dataIndex: 'claim_until' },
    { key: 'source', title: t('notice'), dataIndex: 'source' },
    {
      key: 'action',
      title: common('action'),
      render: (_, row) => (
        <Space>
          {row.open && (
            <Button size="small" aria-label={`${t('claim')} ${row.id}`} onClick={() => onClaim(row)}>
              {t('claim')}
            </Button>
          )}
          {decides && row.state === 'submitted' && <Both own={row.is_maker} onDecide={(approve) => onDecide({ cut: row, approve })} />}
        </Space>
      ),
    },
  ];
  return (
    <ResourceTable<Cut>
      id="price-cuts"
      label={t('cuts')}
      columns={columns}
      rowKey={(row) => row.id}
      load={(query, signal) => answer(http.GET('/api/v1/price-cuts', { params: { query: query as object }, signal }))}
      plain
      whenEmpty={<EmptyBox title={t('noCuts')} />}
    />
  );
}

function Claims({ onDecide }: { onDecide: (deciding: Deciding) => void }) {
  const t = useT('price');
  const common = useT('common');
  const label = useLabel('price');
  const decides = usePermission('price.decide');
  const columns: Column<Claim>[] = [
    { key: 'id', title: t('number'), fixed: 'left', dataIndex: 'id' },
    {
      key: 'state',
      title: t('state'),
      render: (_, row) => <StatusTag tone={DECIDED_TONES[row.state]}>{label('decided', row.state)}</StatusTag>,
    },
    { key: 'cut', title: t('cut'), dataIndex: 'cut' },
    { key: 'outlet', title: t('outlet'), render: (_, row) => `${row.outlet_name} ${row.outlet}` },
    { key: 'partner', title: t('partner'), dataIndex: 'partner_name' },
    { key: 'product', title: t('product'), dataIndex: 'product_name' },
    { key: 'pieces', title: t('pieces'), num: true, render: (_, row) => count(row.pieces) },
    { key: 'amount', title: t('amount'), money: true, render: (_, row) => <Money fen={row.amount} /> },
    { key: 'maker', title: t('maker'), dataIndex: 'made_by' },
    { key: 'decided', title: t('decidedBy'), render: (_, row) => [row.decided_by, row.decision].filter(Boolean).join(' · ') || '—' },
    {
      key: 'action',
      title: common('action'),
      render: (_, row) =>
        decides && row.state === 'submitted' && <Both own={row.is_maker} onDecide={(approve) => onDecide({ claim: row, approve })} />,
    },
  ];
  return (
    <ResourceTable<Claim>
      id="price-claims"
      label={t('claims')}
      columns={columns}
      rowKey={(row) => row.id}
      load={(query, signal) => answer(http.GET('/api/v1/price-claims', { params: { query: query as object }, signal }))}
      tabs={{
        param: 'state',
        items: [{ value: '', label: common('all') }, ...STATES.map((value) => ({ value, label: t(`decided.${value}`) }))],
      }}
      sum={(rows) => ({ amount: <Money fen={rows.reduce((sum, row) => sum + row.amount, 0)} /> })}
      plain
      whenEmpty={<EmptyBox title={t('noClaims')} />}
    />
  );
}

function Decide(deciding: Deciding & { onClose: () => void }) {
  const t = useT('price');
  const { approve, onClose } = deciding;
  const row = 'cut' in deciding ? deciding.cut : deciding.claim;
  const verb = approve ? t('approve') : t('refuse');
  return (
    <DecideDrawer
      title={`${verb} ${row.id}`}
      approve={approve}
      consequence={
        !approve ? t('refuseHelp') : 'cut' in deciding ? t('approveCut') : t('approveClaim', { amount: yuan(deciding.claim.amount) })
      }
      onSubmit={(body) => {
        const sent = { params: { path: { id: row.id }, header: ifMatch(row.version) }, headers: ifMatch(row.version), body };
        return 'cut' in deciding
          ? answer(http.POST('/api/v1/price-cuts/{id}/decision', sent))
          : answer(http.POST('/api/v1/price-claims/{id}/decision', sent));
      }}
      onClose={onClose}
    />
  );
}

interface Announced {
  product: string;
  territory?: string;
  outlet_type?: string;
  on: string;
  before: string;
  after: string;
  claim_until: string;
  source: string;
}

function Announce({ onClose }: { onClose: () => void }) {
  const t = useT('price');
  const me = useMe();
  const [key] = useState(keeper);
  const required = useRequired();
  const submit = async (values: Announced) => {
    const body = {
      ...values,
      territory: values.territory ?? '',
      outlet_type: values.outlet_type ?? '',
      before: fenOf(values.before) ?? 0,
      after: fenOf(values.after) ?? 0,
    };
    const once = key(body);
    await answer(http.POST('/api/v1/price-cuts', { params: { header: { 'Idempotency-Key': once } }, headers: onceHeader(once), body }));
    await refresh();
  };
  return (
    <ActionDrawer<Announced>
      open
      title={t('announce')}
      consequence={t('announceConsequence')}
      verb={t('announce')}
      done={t('announced')}
      initial={{ on: me.today }}
      onSubmit={submit}
      onClose={onClose}
    >
      <ProductItem />
      <AreaItem />
      <OutletTypeItem />
      <DayItem name="on" label={t('cutOn')} />
      <YuanItem name="before" label={t('beforeYuan')} />
      <YuanItem name="after" label={t('afterYuan')} />
      <DayItem name="claim_until" label={t('claimUntil')} />
      <Form.Item name="source" label={t('notice')} rules={required}>
        <Input maxLength={200} autoComplete="off" />
      </Form.Item>
    </ActionDrawer>
  );
}

interface Claimed {
  outlet: string;
  pieces: string;
  note?: string;
}

/** The serials of a text, one a line or with commas between them. */
const serials = (text: string) => text.split(/[\s,，]+/).filter(Boolean);

function MakeClaim({ cut, onClose }: { cut: Cut; onClose: () => void }) {
  const t = useT('price');
  const [key] = useState(keeper);
  const [form] = Form.useForm<Claimed>();
  const outlet = Form.useWatch('outlet', form);
  const required = useRequired();
  const asked = { params: { path: { id: cut.id }, query: { outlet: outlet ?? '' } } };
  const stock = api.useQuery('get', '/api/v1/price-cuts/{id}/stock', asked, { enabled: !!outlet });
  const submit = async (values: Claimed) => {
    const body = { cut: cut.id, outlet: values.outlet, pieces: serials(values.pieces), note: values.note ?? '' };
    const once = key(body);
    await answer(http.POST('/api/v1/price-claims', { params: { header: { 'Idempotency-Key': once } }, headers: onceHeader(once), body }));
    await refresh();
  };
  return (
    <ActionDrawer<Claimed>
      open
      width={520}
      form={form}
      title={`${t('claim')} ${cut.product_name}`}
      consequence={t('claimConsequence', { difference: yuan(cut.difference), day: cut.on })}
      verb={t('claim')}
      done={t('claimed')}
      onSubmit={submit}
      onClose={onClose}
    >
      <Form.Item name="outlet" label={t('outlet')} rules={required}>
        <PlacePick kind="outlet" />
      </Form.Item>
      {stock.data && (
        <p>
          {t('stockOf', { count: count(stock.data.pieces.length), amount: yuan(stock.data.amount) })}{' '}
          <Button size="small" type="link" onClick={() => form.setFieldValue('pieces', stock.data.pieces.join('\n'))}>
            {t('takeAll')}
          </Button>
        </p>
      )}
      <Form.Item name="pieces" label={t('serialList')} extra={t('serialHelp')} rules={required}>
        <Input.TextArea rows={8} />
      </Form.Item>
      <WordsItem name="note" label={t('note')} optional most={200} />
    </ActionDrawer>
  );
}
