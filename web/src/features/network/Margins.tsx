import { Button, DatePicker, Form, Input, Select } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useState } from 'react';
import { api, http, queries, type Schema } from '@/api/client';
import { useMe } from '@/api/me';
import { useT } from '@/i18n';
import { count, fenOf, money } from '@/shared/format/money';
import { usePermission } from '@/shared/permissions';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { PlainTable } from '@/shared/ui/PlainTable';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';

type Margins_ = Schema<'OutletMargins'>;
type Product = Schema<'ProductMargin'>;

/** What main push is argued with: margin of every handset sold, services given, and rivals beside it. */
export function Margins({ outlet }: { outlet: Schema<'OutletRow'> }) {
  const t = useT('network');
  const may = usePermission('rival.note');
  const [month, setMonth] = useState<string>();
  const [noting, setNoting] = useState<Product>();
  const query = api.useQuery(
    'get',
    '/api/v1/outlets/{code}/margins',
    { params: { path: { code: outlet.code }, query: { month } } },
    { placeholderData: (before) => before },
  );
  return (
    <QueryState query={query}>
      {(found) => (
        <>
          <Select
            aria-label={t('margins.month')}
            value={found.month}
            options={found.months.toReversed().map((value) => ({ value, label: value }))}
            onChange={setMonth}
            style={{ width: 120, marginBottom: 8 }}
          />
          <p className="muted" style={{ marginTop: 0 }}>
            {t('margins.help')}
          </p>
          {found.products.length === 0 ? <EmptyBox title={t('margins.none')} /> : <Products found={found} may={may} onNote={setNoting} />}
          <Services found={found} />
          {noting && <Note product={noting} territory={outlet.territory} onClose={() => setNoting(undefined)} />}
        </>
      )}
    </QueryState>
  );
}

function Products({ found, may, onNote }: { found: Margins_; may: boolean; onNote: (product: Product) => void }) {
  const t = useT('network');
  const sum = (fen: number | null) => (fen === null ? '—' : money(fen));
  return (
    <PlainTable label={t('margins.products')}>
      <caption style={{ textAlign: 'start' }}>{t('margins.products')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('margins.product')}</th>
          <th scope="col" className="num">
            {t('margins.units')}
          </th>
          <th scope="col" className="num">
            {t('margins.retail')}
          </th>
          <th scope="col" className="num">
            {t('margins.supply')}
          </th>
          <th scope="col" className="num">
            {t('margins.commission')}
          </th>
          <th scope="col" className="num">
            {t('margins.margin')}
          </th>
          <th scope="col" className="num">
            {t('margins.unitMargin')}
          </th>
          <th scope="col" className="num">
            {t('margins.unitClerk')}
          </th>
          <th scope="col">{t('margins.rivals')}</th>
        </tr>
      </thead>
      <tbody>
        {found.products.map((row) => (
          <tr key={row.product}>
            <th scope="row">{row.name}</th>
            <td className="num">{count(row.units)}</td>
            <td className="num">{money(row.retail)}</td>
            <td className="num">{row.supply_known ? money(row.supply) : t('margins.unknown')}</td>
            <td className="num">{money(row.commission)}</td>
            <td className="num">{sum(row.margin)}</td>
            <td className="num">{sum(row.unit_margin)}</td>
            <td className="num">{money(row.unit_clerk)}</td>
            <td>
              {row.rivals.map((rival) => (
                <div key={rival.rival} title={`${rival.from} ${rival.source} ${rival.noted_by}`}>
                  {t('margins.rival', {
                    name: rival.rival,
                    shop: `${rival.shop_difference > 0 ? '+' : ''}${money(rival.shop_difference)}`,
                    clerk: `${rival.clerk_difference > 0 ? '+' : ''}${money(rival.clerk_difference)}`,
                  })}
                </div>
              ))}
              {may && (
                <Button type="link" size="small" style={{ padding: 0 }} onClick={() => onNote(row)}>
                  {t('margins.note', { name: row.name })}
                </Button>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}

function Services({ found }: { found: Margins_ }) {
  const t = useT('network');
  return (
    <>
      <h3 style={{ fontSize: 16 }}>{t('margins.services')}</h3>
      {found.services.length === 0 ? (
        <p className="muted">{t('margins.noServices')}</p>
      ) : (
        <table className="plain-table">
          <thead>
            <tr>
              <th scope="col">{t('margins.service')}</th>
              <th scope="col" className="num">
                {t('margins.lines')}
              </th>
              <th scope="col" className="num">
                {t('margins.amount')}
              </th>
            </tr>
          </thead>
          <tbody>
            {found.services.map((row) => (
              <tr key={`${row.policy} ${row.component}`}>
                <th scope="row">{row.title}</th>
                <td className="num">{count(row.lines)}</td>
                <td className="num">{money(row.amount)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}

interface Fields {
  rival: string;
  shop: string;
  clerk: string;
  territory?: string;
  from: Dayjs;
  source: string;
}

/** What a rival is thought to leave the shop and the clerk for a unit. */
function Note({ product, territory, onClose }: { product: Product; territory: string; onClose: () => void }) {
  const t = useT('network');
  const me = useMe();
  const fen = {
    validator: async (_: unknown, typed: string) =>
      fenOf(typed ?? '') === undefined ? Promise.reject(new Error(t('margins.yuan'))) : undefined,
  };
  return (
    <ActionDrawer<Fields>
      open
      title={t('margins.note', { name: product.name })}
      consequence={t('margins.noteHelp')}
      verb={t('margins.save')}
      done={t('margins.noted')}
      initial={{ territory: territory.slice(0, 6), from: dayjs(`${me.today.slice(0, 7)}-01`) }}
      onClose={onClose}
      onSubmit={async (fields) => {
        await http.PUT('/api/v1/rivals', {
          body: {
            product: product.product,
            rival: fields.rival.trim(),
            shop: fenOf(fields.shop) ?? 0,
            clerk: fenOf(fields.clerk) ?? 0,
            territory: fields.territory?.trim() ?? '',
            from: fields.from.format('YYYY-MM-DD'),
            source: fields.source.trim(),
          },
        });
        await queries.invalidateQueries();
      }}
    >
      <Form.Item name="rival" label={t('margins.rivalName')} rules={[{ required: true, whitespace: true, message: t('margins.required') }]}>
        <Input maxLength={80} />
      </Form.Item>
      <Form.Item name="shop" label={t('margins.shop')} rules={[{ required: true, message: t('margins.required') }, fen]}>
        <Input inputMode="decimal" prefix="¥" />
      </Form.Item>
      <Form.Item name="clerk" label={t('margins.clerk')} rules={[{ required: true, message: t('margins.required') }, fen]}>
        <Input inputMode="decimal" prefix="¥" />
      </Form.Item>
      <Form.Item name="territory" label={t('margins.territory')} extra={t('margins.territoryHelp')}>
        <Input inputMode="numeric" />
      </Form.Item>
      <Form.Item name="from" label={t('margins.from')} rules={[{ required: true, message: t('margins.required') }]}>
        <DatePicker style={{ width: '100%' }} />
      </Form.Item>
      <Form.Item name="source" label={t('margins.source')} rules={[{ required: true, whitespace: true, message: t('margins.required') }]}>
        <Input maxLength={80} />
      </Form.Item>
    </ActionDrawer>
  );
}
