import { Alert, Button, Checkbox, Form, Input, Select, Space } from 'antd';
import { useState } from 'react';
import { answer, http, ifMatch, onceHeader, type Schema } from '@/api/client';
import { useMe } from '@/api/me';
import { useT } from '@/i18n';
import { keeper } from '@/shared/flows/acts';
import { fenOf, money } from '@/shared/format/money';
import { dayPlus } from '@/shared/format/time';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { BOOK_KINDS, MODES, refresh, type Whole } from './data';
import { AreaItem, DayItem, OutletTypeItem, ProductPick, useRequired } from './Fields';

interface Values {
  title: string;
  kind: string;
  mode: string;
  territory?: string;
  outlet_type?: string;
  from: string;
  last_day?: string;
  uniform?: boolean;
  source: string;
  ground?: string;
  lines: { product?: string; floor?: string; suggested?: string }[];
}

const body = (values: Values): Schema<'PriceBookSent'> => ({
  ...values,
  territory: values.territory ?? '',
  outlet_type: values.outlet_type ?? '',
  last_day: values.last_day || null,
  uniform: values.uniform ?? false,
  ground: values.ground ?? '',
  lines: values.lines.map((line) => ({
    product: line.product ?? '',
    floor: line.floor?.trim() ? (fenOf(line.floor) ?? 0) : null,
    suggested: fenOf(line.suggested ?? '') ?? 0,
  })),
});

const filled = ({ head, lines }: Whole): Values => ({
  ...head,
  last_day: head.last_day ?? '',
  lines: lines.map((line) => ({
    product: line.product,
    floor: line.floor === null ? '' : money(line.floor),
    suggested: money(line.suggested),
  })),
});

interface Props {
  /** The draft that is written anew; a new one where absent. */
  whole?: Whole;
  onClose: () => void;
  onDone?: (id: string) => void;
}

/** Writes a price book. */
export function BookForm({ whole, onClose, onDone }: Props) {
  const t = useT('price');
  const me = useMe();
  const [key] = useState(keeper);
  const [form] = Form.useForm<Values>();
  const required = useRequired();
  const kind = Form.useWatch('kind', form);
  const mode = Form.useWatch('mode', form);
  const grounded = mode === 'approved_floor' || kind === 'promotion' || kind === 'match';
  const submit = async (values: Values) => {
    const sent = body(values);
    if (whole) {
      const { id, version } = whole.head;
      const params = { path: { id }, header: ifMatch(version) };
      await answer(http.PUT('/api/v1/price-books/{id}', { params, headers: ifMatch(version), body: sent }));
      await refresh();
      return;
    }
    const once = key(sent);
    const made = await answer(
      http.POST('/api/v1/price-books', { params: { header: { 'Idempotency-Key': once } }, headers: onceHeader(once), body: sent }),
    );
    await refresh();
    onDone?.(made.id);
  };
  const initial = whole
    ? filled(whole)
    : { kind: 'base', mode: 'recommended', from: dayPlus(me.today, 1), lines: [{ product: undefined, floor: '', suggested: '' }] };
  return (
    <ActionDrawer<Values>
      open
      width={640}
      form={form}
      title={whole ? t('rewrite') : t('write')}
      consequence={t('writeConsequence')}
      verb={t('save')}
      done={t('saved')}
      initial={initial as Partial<Values>}
      onSubmit={submit}
      onClose={onClose}
    >
      <Form.Item name="title" label={t('bookTitle')} rules={required}>
        <Input maxLength={80} autoComplete="off" />
      </Form.Item>
      <Form.Item name="kind" label={t('kind')}>
        <Select options={BOOK_KINDS.map((value) => ({ value, label: t(`bookKinds.${value}`) }))} />
      </Form.Item>
      <Form.Item name="mode" label={t('mode')}>
        <Select options={MODES.map((value) => ({ value, label: t(`modes.${value}`) }))} />
      </Form.Item>
      {mode && <Alert type="info" showIcon title={t(`modeHelp.${mode as (typeof MODES)[number]}`)} style={{ marginBottom: 12 }} />}
      <AreaItem />
      <OutletTypeItem />
      <DayItem name="from" label={t('from')} />
      <DayItem name="last_day" label={t('lastDay')} required={kind !== 'base' && kind !== undefined} />
      <Form.Item name="source" label={t('source')} rules={required}>
        <Input maxLength={200} autoComplete="off" />
      </Form.Item>
      <Form.Item name="ground" label={t('ground')} extra={t('groundHelp')} rules={grounded ? required : []}>
        <Input maxLength={200} autoComplete="off" />
      </Form.Item>
      <Form.Item name="uniform" valuePropName="checked" extra={t('uniformHelp')}>
        <Checkbox>{t('uniform')}</Checkbox>
      </Form.Item>
      <Form.List name="lines">
        {(fields, { add, remove }) => (
          <fieldset style={{ border: 0, padding: 0, margin: 0 }}>
            <legend>{t('priceList')}</legend>
            {fields.map(({ key: at, name }) => (
              <Space key={at} align="start" style={{ display: 'flex' }} wrap>
                <Form.Item name={[name, 'product']} label={t('product')} rules={required} style={{ width: 220 }}>
                  <ProductPick />
                </Form.Item>
                <Form.Item name={[name, 'floor']} label={t('floorYuan')} style={{ width: 120 }}>
                  <Input inputMode="decimal" maxLength={14} autoComplete="off" />
                </Form.Item>
                <Form.Item name={[name, 'suggested']} label={t('suggestedYuan')} rules={required} style={{ width: 120 }}>
                  <Input inputMode="decimal" maxLength={14} autoComplete="off" />
                </Form.Item>
                {fields.length > 1 && (
                  <Button style={{ marginTop: 30 }} onClick={() => remove(name)}>
                    {t('removeLine')}
                  </Button>
                )}
              </Space>
            ))}
            <Button onClick={() => add({ floor: '', suggested: '' })}>{t('addLine')}</Button>
          </fieldset>
        )}
      </Form.List>
    </ActionDrawer>
  );
}
