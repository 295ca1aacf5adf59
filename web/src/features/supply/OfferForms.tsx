import { Checkbox, Form, Input } from 'antd';
import { useState } from 'react';
import { answer, http, ifMatch, onceHeader } from '@/api/client';
import { useT } from '@/i18n';
import { keeper } from '@/shared/flows/acts';
import { fenOf, money, yuan } from '@/shared/format/money';
import { refresh, serialsOf, type Offer } from '@/shared/supply';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { YuanItem } from '@/shared/ui/YuanItem';

interface Values {
  product: string;
  supplier: string;
  supply: string;
  suggested: string;
  least?: string;
  open?: boolean;
}

const fen = (typed: string | undefined) => fenOf(typed ?? '') ?? 0;
const typed = (amount: number) => money(amount).replaceAll(',', '');

/** Makes an offer, or writes the prices of one anew. */
export function OfferForm({ offer, onClose }: { offer?: Offer; onClose: () => void }) {
  const t = useT('supply');
  const [key] = useState(keeper);
  const [form] = Form.useForm<Values>();
  const supply = fen(Form.useWatch('supply', form));
  const suggested = fen(Form.useWatch('suggested', form));
  const submit = async (values: Values) => {
    const body = {
      product: values.product.trim(),
      supplier: values.supplier.trim(),
      supply_price: fen(values.supply),
      suggested_price: fen(values.suggested),
      least_margin: fen(values.least),
      open: values.open ?? false,
    };
    if (offer) {
      const params = { path: { id: offer.id }, header: ifMatch(offer.version) };
      await answer(http.PUT('/api/v1/supply/offers/{id}', { params, headers: ifMatch(offer.version), body }));
    } else {
      const once = key(body);
      const params = { header: { 'Idempotency-Key': once } };
      await answer(http.POST('/api/v1/supply/offers', { params, headers: onceHeader(once), body }));
    }
    await refresh();
  };
  const initial = offer && {
    product: offer.product,
    supplier: offer.supplier,
    supply: typed(offer.supply_price),
    suggested: typed(offer.suggested_price),
    least: typed(offer.least_margin),
    open: offer.open,
  };
  const required = [{ required: true, whitespace: true, message: t('fieldMissing') }];
  return (
    <ActionDrawer<Values>
      open
      form={form}
      title={offer ? `${t('rewrite')} ${offer.name}` : t('newOffer')}
      consequence={t('offerConsequence', { margin: yuan(suggested - supply) })}
      verb={t('save')}
      done={t('saved')}
      initial={initial ?? { open: true }}
      onSubmit={submit}
      onClose={onClose}
    >
      <Form.Item name="product" label={t('productCode')} extra={t('productHelp')} rules={required}>
        <Input maxLength={40} autoComplete="off" disabled={offer !== undefined} />
      </Form.Item>
      <Form.Item name="supplier" label={t('supplier')} rules={required}>
        <Input maxLength={100} autoComplete="off" disabled={offer !== undefined} />
      </Form.Item>
      <YuanItem name="supply" label={t('supplyYuan')} />
      <YuanItem name="suggested" label={t('suggestedYuan')} />
      <YuanItem name="least" label={t('leastYuan')} optional />
      <Form.Item name="open" valuePropName="checked">
        <Checkbox>{t('canOrder')}</Checkbox>
      </Form.Item>
    </ActionDrawer>
  );
}

/** Takes delivered handsets of an offer into the central store. */
export function TakeIn({ offer, onClose }: { offer: Offer; onClose: () => void }) {
  const t = useT('supply');
  const [key] = useState(keeper);
  const submit = async (values: { typed: string }) => {
    const body = { serials: serialsOf(values.typed) };
    const once = key([offer.id, body]);
    const params = { path: { id: offer.id }, header: { 'Idempotency-Key': once } };
    await answer(http.POST('/api/v1/supply/offers/{id}/pieces', { params, headers: onceHeader(once), body }));
    await refresh();
  };
  return (
    <ActionDrawer<{ typed: string }>
      open
      title={`${t('takeIn')} ${offer.name}`}
      consequence={t('takeInConsequence')}
      verb={t('takeIn')}
      done={t('takenIn')}
      onSubmit={submit}
      onClose={onClose}
    >
      <Form.Item name="typed" label={t('serials')} extra={t('scanHelp')} rules={[{ required: true, message: t('fieldMissing') }]}>
        <Input.TextArea rows={10} inputMode="numeric" autoFocus />
      </Form.Item>
    </ActionDrawer>
  );
}
