import { Form, Input, Select } from 'antd';
import { api } from '@/api/client';
import { useT } from '@/i18n';
import { TERRITORY } from '@/shared/recruit';
import { useWords } from '@/shared/words';

export interface ProspectValues {
  name: string;
  company?: string;
  territory: string;
  tier?: string;
  plan?: string;
  phone?: string;
  licence?: string;
}

/** What is asked of somebody who may become a partner. */
export function ProspectFields() {
  const t = useT('recruit');
  const plans = api.useQuery('get', '/api/v1/recruiting/plans').data ?? [];
  return (
    <>
      <Form.Item name="name" label={t('name')} rules={[{ required: true, min: 2, whitespace: true, message: t('atLeast') }]}>
        <Input maxLength={60} autoComplete="off" />
      </Form.Item>
      <Form.Item name="company" label={t('company')}>
        <Input maxLength={120} autoComplete="off" />
      </Form.Item>
      <Form.Item name="phone" label={t('phone')}>
        <Input inputMode="tel" maxLength={20} autoComplete="off" />
      </Form.Item>
      <Form.Item name="licence" label={t('licence')}>
        <Input maxLength={40} autoComplete="off" />
      </Form.Item>
      <TerritoryField />
      <TierField />
      <Form.Item name="plan" label={t('plan')}>
        <Select allowClear placeholder={t('noPlan')} options={plans.map((plan) => ({ value: plan.id, label: plan.title }))} />
      </Form.Item>
    </>
  );
}

/** A division code. */
export function TerritoryField() {
  const t = useT('recruit');
  return (
    <Form.Item
      name="territory"
      label={t('territory')}
      extra={t('territoryHelp')}
      rules={[
        { required: true, message: t('needed') },
        { pattern: TERRITORY, message: t('territoryWrong') },
      ]}
    >
      <Input inputMode="numeric" maxLength={12} autoComplete="off" />
    </Form.Item>
  );
}

/** A tier of partners. */
export function TierField() {
  const t = useT('recruit');
  const words = useWords();
  return (
    <Form.Item name="tier" label={t('tier')}>
      <Select allowClear options={words.tiers} />
    </Form.Item>
  );
}
