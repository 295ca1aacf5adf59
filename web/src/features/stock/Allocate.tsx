import { Form, Input, Radio } from 'antd';
import { useState } from 'react';
import { answer, http, onceHeader, type Schema } from '@/api/client';
import { useT } from '@/i18n';
import { keeper } from '@/shared/flows/acts';
import { count } from '@/shared/format/money';
import { refresh } from '@/shared/orders/acts';
import { pieces } from '@/shared/orders/stock';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { PlacePick } from '@/shared/ui/PlacePick';

type Values = Schema<'SegmentSent'>;

/** Gives a segment to a partner or to one of its outlets. */
export function Allocate({ open, onClose }: { open: boolean; onClose: () => void }) {
  const t = useT('stock');
  const [key] = useState(keeper);
  const [form] = Form.useForm<Values>();
  const first = Form.useWatch('first', form);
  const last = Form.useWatch('last', form);
  const many = pieces((first ?? '').trim(), (last ?? '').trim());
  const submit = async (values: Values) => {
    const body = { ...values, first: values.first.trim(), last: values.last.trim(), outlet: values.outlet ?? '' };
    const once = key(['segment', body]);
    await answer(http.POST('/api/v1/stock/segments', { params: { header: { 'Idempotency-Key': once } }, headers: onceHeader(once), body }));
    await refresh();
  };
  const required = [{ required: true, whitespace: true, message: t('fieldMissing') }];
  return (
    <ActionDrawer<Values>
      open={open}
      form={form}
      title={t('allocate')}
      consequence={t('allocateConsequence')}
      verb={t('allocate')}
      done={t('allocatedNow')}
      initial={{ kind: 'card' }}
      onSubmit={submit}
      onClose={onClose}
    >
      <Form.Item name="kind" label={t('kind')}>
        <Radio.Group options={(['card', 'number'] as const).map((value) => ({ value, label: t(`kinds.${value}`) }))} />
      </Form.Item>
      <Form.Item name="first" label={t('first')} rules={required}>
        <Input inputMode="numeric" maxLength={22} autoComplete="off" />
      </Form.Item>
      <Form.Item
        name="last"
        label={t('last')}
        extra={many !== undefined && t('pieces', { count: count(many) })}
        rules={[
          ...required,
          ({ getFieldValue }) => ({
            validator: (_, typed?: string) =>
              !typed || pieces(String(getFieldValue('first') ?? '').trim(), typed.trim()) !== undefined
                ? Promise.resolve()
                : Promise.reject(new Error(t('segmentWrong'))),
          }),
        ]}
      >
        <Input inputMode="numeric" maxLength={22} autoComplete="off" />
      </Form.Item>
      <Form.Item name="partner" label={t('partner')} rules={required}>
        <PlacePick kind="partner" />
      </Form.Item>
      <Form.Item name="outlet" label={t('outletMaybe')} extra={t('outletHelp')}>
        <PlacePick kind="outlet" />
      </Form.Item>
    </ActionDrawer>
  );
}
