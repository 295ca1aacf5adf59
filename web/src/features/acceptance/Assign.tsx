import { Alert, DatePicker, Form, Input, Radio, Select } from 'antd';
import type { Dayjs } from 'dayjs';
import { useLabel, useT } from '@/i18n';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { PlacePick } from '@/shared/ui/PlacePick';
import { assign, HOLDERS, reload, useDefinitions, versionOf, type Holder, type Row } from './data';

interface Values {
  holder: Holder;
  code: string;
  level: string;
  certificate?: string;
  certificate_to?: Dayjs | null;
  from: Dayjs;
  reason: string;
}

/** Gives a level from a day on, to a holder of the list or to another one. */
export function Assign({ row, onClose }: { row?: Row; onClose: () => void }) {
  const t = useT('acceptance');
  const label = useLabel('acceptance');
  const [form] = Form.useForm<Values>();
  const levels = useDefinitions().data?.levels ?? [];
  const chosen = Form.useWatch('holder', form);
  const holder = row?.holder ?? chosen ?? 'clerk';
  const picked = Form.useWatch('level', form);
  const level = levels.find((one) => one.id === picked);
  const submit = async (values: Values) => {
    const code = row?.code ?? values.code;
    const version = row?.version ?? (await versionOf(holder, code));
    await assign(holder, code, version, {
      level: values.level,
      certificate: values.certificate?.trim() ?? '',
      certificate_to: values.certificate_to?.format('YYYY-MM-DD') ?? null,
      from: values.from.format('YYYY-MM-DD'),
      reason: values.reason,
    });
  };
  const needs = holder === 'clerk' && level?.certificate === true;
  return (
    <ActionDrawer<Values>
      open
      form={form}
      title={row ? `${t('assign')} · ${label('holders', row.holder)} ${row.name} ${row.code}` : t('assignNew')}
      consequence={t('assignConsequence')}
      verb={t('assign')}
      done={t('assigned')}
      initial={{ holder: 'clerk', level: row?.level ?? undefined, certificate: row?.certificate }}
      onSubmit={submit}
      onStale={async () => {
        await reload();
        return [];
      }}
      onClose={onClose}
    >
      {!row && (
        <>
          <Form.Item name="holder" label={t('holder')}>
            <Radio.Group
              options={HOLDERS.map((value) => ({ value, label: t(`holders.${value}`) }))}
              onChange={() => form.setFieldValue('code', undefined)}
            />
          </Form.Item>
          <Form.Item name="code" label={label('holders', holder)} rules={[{ required: true, message: t('codeMissing') }]}>
            <PlacePick key={holder} kind={holder as Holder} />
          </Form.Item>
        </>
      )}
      <Form.Item name="level" label={t('level')} rules={[{ required: true, message: t('levelMissing') }]}>
        <Select options={levels.map(({ id, title }) => ({ value: id, label: `${id} ${title}` }))} />
      </Form.Item>
      {level?.cooperative && <Alert type="info" showIcon style={{ marginBottom: 16 }} title={t('cooperativeHelp')} />}
      {needs && (
        <>
          <Form.Item
            name="certificate"
            label={t('certificate')}
            rules={[{ required: true, whitespace: true, message: t('certificateMissing') }]}
          >
            <Input maxLength={60} autoComplete="off" />
          </Form.Item>
          <Form.Item name="certificate_to" label={t('certificateTo')} extra={t('certificateToHelp')}>
            <DatePicker style={{ width: '100%' }} />
          </Form.Item>
        </>
      )}
      <Form.Item name="from" label={t('from')} extra={t('fromHelp')} rules={[{ required: true, message: t('fromMissing') }]}>
        <DatePicker style={{ width: '100%' }} />
      </Form.Item>
      <Form.Item name="reason" label={t('reason')} rules={[{ required: true, min: 2, whitespace: true, message: t('reasonMissing') }]}>
        <Input.TextArea rows={3} maxLength={200} showCount />
      </Form.Item>
    </ActionDrawer>
  );
}
