import { Button, Form, Input, Select, Space } from 'antd';
import { useState } from 'react';
import { answer, http, ifMatch, onceHeader, type Schema } from '@/api/client';
import { useMe } from '@/api/me';
import { useT } from '@/i18n';
import { keeper } from '@/shared/flows/acts';
import { fenOf, money } from '@/shared/format/money';
import { dayPlus } from '@/shared/format/time';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { refresh, type PlanWhole } from './data';
import { AreaItem, OutletsPick, useCatalogue, useRequired } from './fields';

interface LineValues {
  material?: string;
  place?: string;
  outlets?: string[];
  quantity?: string;
  budget?: string;
  from?: string;
  last_day?: string;
  owner?: string;
}

interface Values {
  campaign: string;
  territory: string;
  lines: LineValues[];
}

const body = ({ campaign, territory, lines }: Values): Schema<'PlacementPlanSent'> => ({
  campaign,
  territory,
  lines: lines.map((line) => ({
    material: line.material ?? '',
    place: line.place ?? '',
    outlets: line.outlets ?? [],
    quantity: Number(line.quantity?.trim() || (line.outlets ?? []).length) || 0,
    budget: fenOf(line.budget ?? '') ?? 0,
    from: line.from ?? '',
    last_day: line.last_day ?? '',
    owner: line.owner?.trim() ?? '',
  })),
});

const filled = ({ plan, lines }: PlanWhole): Values => ({
  campaign: plan.campaign,
  territory: plan.territory,
  lines: lines.map((line) => ({
    material: line.material,
    place: line.place,
    outlets: line.outlets,
    quantity: String(line.quantity),
    budget: money(line.budget),
    from: line.from,
    last_day: line.last_day,
    owner: line.owner,
  })),
});

interface Props {
  /** The draft that is written anew; a new one where absent. */
  whole?: PlanWhole;
  onClose: () => void;
  onMade?: (id: string) => void;
}

/** Writes a placement plan, line by line. */
export function PlanForm({ whole, onClose, onMade }: Props) {
  const t = useT('displayPlans');
  const me = useMe();
  const [key] = useState(keeper);
  const [form] = Form.useForm<Values>();
  const required = useRequired();
  const amount = [
    ...required,
    {
      validator: (_: unknown, typed?: string) =>
        typed && fenOf(typed) === undefined ? Promise.reject(new Error(t('budgetWrong'))) : Promise.resolve(),
    },
  ];
  const { materials, placesOf } = useCatalogue();
  const lines = Form.useWatch('lines', form);
  const fresh = (): LineValues => ({ from: me.today, last_day: dayPlus(me.today, 30), outlets: [] });
  const submit = async (values: Values) => {
    const sent = body(values);
    if (whole) {
      const { id, version } = whole.plan;
      const params = { path: { id }, header: ifMatch(version) };
      await answer(http.PUT('/api/v1/display/plans/{id}', { params, headers: ifMatch(version), body: sent }));
      await refresh();
      return;
    }
    const once = key(sent);
    const made = await answer(
      http.POST('/api/v1/display/plans', { params: { header: { 'Idempotency-Key': once } }, headers: onceHeader(once), body: sent }),
    );
    await refresh();
    onMade?.(made.id);
  };
  return (
    <ActionDrawer<Values>
      open
      width={680}
      form={form}
      title={t(whole ? 'rewrite' : 'write')}
      consequence={t('writeConsequence')}
      verb={t('save')}
      done={t('done')}
      initial={whole ? filled(whole) : { lines: [fresh()] }}
      onSubmit={submit}
      onClose={onClose}
    >
      <Form.Item name="campaign" label={t('campaign')} rules={required}>
        <Input maxLength={60} autoComplete="off" />
      </Form.Item>
      <AreaItem />
      <Form.List name="lines">
        {(fields, { add, remove }) => (
          <>
            {fields.map(({ key: at, name }, index) => (
              <fieldset key={at} style={{ border: 0, borderTop: '1px solid var(--line, #ddd)', padding: '8px 0', margin: 0 }}>
                <legend>{`${t('line')} ${index + 1}`}</legend>
                <Space align="start" wrap>
                  <Form.Item name={[name, 'material']} label={t('material')} rules={required} style={{ width: 200 }}>
                    <Select options={materials} showSearch={{ optionFilterProp: 'label' }} />
                  </Form.Item>
                  <Form.Item name={[name, 'place']} label={t('place')} rules={required} style={{ width: 300 }}>
                    <Select options={placesOf(lines?.[name]?.material)} showSearch={{ optionFilterProp: 'label' }} />
                  </Form.Item>
                </Space>
                <Form.Item name={[name, 'outlets']} label={t('outlets')} extra={t('outletsHelp')} rules={required}>
                  <OutletsPick />
                </Form.Item>
                <Space align="start" wrap>
                  <Form.Item name={[name, 'quantity']} label={t('quantity')} style={{ width: 90 }}>
                    <Input
                      inputMode="numeric"
                      maxLength={4}
                      autoComplete="off"
                      placeholder={String(lines?.[name]?.outlets?.length ?? '')}
                    />
                  </Form.Item>
                  <Form.Item name={[name, 'budget']} label={t('budgetYuan')} rules={amount} style={{ width: 130 }}>
                    <Input inputMode="decimal" maxLength={14} autoComplete="off" />
                  </Form.Item>
                  <Form.Item name={[name, 'from']} label={t('from')} rules={required}>
                    <Input type="date" />
                  </Form.Item>
                  <Form.Item name={[name, 'last_day']} label={t('lastDay')} rules={required}>
                    <Input type="date" />
                  </Form.Item>
                  <Form.Item name={[name, 'owner']} label={t('ownerLogin')} style={{ width: 150 }}>
                    <Input maxLength={40} autoComplete="off" />
                  </Form.Item>
                </Space>
                {fields.length > 1 && <Button onClick={() => remove(name)}>{t('removeLine')}</Button>}
              </fieldset>
            ))}
            <Button onClick={() => add(fresh())}>{t('addLine')}</Button>
          </>
        )}
      </Form.List>
    </ActionDrawer>
  );
}
