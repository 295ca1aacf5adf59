import { Button, Form, Input, Radio, Space } from 'antd';
import { useState } from 'react';
import { answer, http, onceHeader, queries, type Schema } from '@/api/client';
import { useT } from '@/i18n';
import { keeper } from '@/shared/flows/acts';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { proposed, VERDICTS, verdictOf, type Proposing } from './verdict';

interface ProposeProps {
  row: Schema<'GradeRow'>;
  /** Last month of the grade, and how many. */
  month: string | undefined;
  months: string;
  onClose: () => void;
}

/** Sends an application for a verdict on an outlet. */
export function Propose({ row, month, months, onClose }: ProposeProps) {
  const t = useT('verdicts');
  const [key] = useState(keeper);
  const [form] = Form.useForm<Proposing>();
  const first = verdictOf(row.proposal);
  const verdict = Form.useWatch('verdict', form) ?? first;
  const needed = [{ required: true, whitespace: true, message: t('needed') }];
  const submit = async (values: Proposing) => {
    const body = proposed(values, month, months);
    const once = key(body);
    const params = { path: { outlet: row.outlet.code }, header: { 'Idempotency-Key': once } };
    await answer(http.POST('/api/v1/outlet-grades/{outlet}/application', { params, headers: onceHeader(once), body }));
    await queries.invalidateQueries();
  };
  return (
    <ActionDrawer<Proposing>
      open
      width={560}
      form={form}
      title={t('proposeOf', { outlet: row.outlet.name })}
      consequence={t('proposeHelp')}
      verb={t('propose')}
      danger={verdict === 'eliminate'}
      done={t('proposeDone')}
      initial={{ verdict: first, tasks: [{ task: '', due: '' }] }}
      onSubmit={submit}
      onClose={onClose}
    >
      <Form.Item name="verdict" label={t('verdict')}>
        <Radio.Group options={VERDICTS.map((value) => ({ value, label: t(`verdicts.${value}`) }))} />
      </Form.Item>
      {verdict === 'improve' && (
        <>
          <Form.Item name="recheck_on" label={t('recheckOn')} rules={needed}>
            <Input type="date" />
          </Form.Item>
          <Form.List name="tasks">
            {(fields, { add, remove }) => (
              <fieldset style={{ border: 0, padding: 0, margin: '0 0 16px' }}>
                <legend>{t('tasks')}</legend>
                {fields.map(({ key: at, name }) => (
                  <Space key={at} align="start" style={{ display: 'flex' }} wrap>
                    <Form.Item name={[name, 'task']} label={t('task')} rules={needed} style={{ width: 260 }}>
                      <Input maxLength={200} autoComplete="off" />
                    </Form.Item>
                    <Form.Item name={[name, 'due']} label={t('due')} rules={needed}>
                      <Input type="date" />
                    </Form.Item>
                    {fields.length > 1 && (
                      <Button style={{ marginTop: 30 }} onClick={() => remove(name)}>
                        {t('removeTask')}
                      </Button>
                    )}
                  </Space>
                ))}
                <Button onClick={() => add({ task: '', due: '' })}>{t('addTask')}</Button>
              </fieldset>
            )}
          </Form.List>
        </>
      )}
      {verdict === 'eliminate' && (
        <Form.Item name="last_day" label={t('lastDay')} rules={needed}>
          <Input type="date" />
        </Form.Item>
      )}
      <Form.Item name="reason" label={t('reason')} rules={[{ required: true, min: 2, whitespace: true, message: t('needed') }]}>
        <Input.TextArea rows={3} maxLength={500} />
      </Form.Item>
    </ActionDrawer>
  );
}
