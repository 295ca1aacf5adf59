import { Button, DatePicker, Form, Input, Radio, Select } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useState } from 'react';
import { http, ifMatch, type Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { dayPlus, daysBetween } from '@/shared/format/time';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { PlainTable } from '@/shared/ui/PlainTable';
import { EmptyBox } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { refresh } from './data';
import { OutletLink } from './parts';
import { REMEDY_TONES } from './tones';

type Summary = Schema<'FieldSummary'>;
type Remedy = Schema<'Remedy'>;

/** A shortcoming somebody wants to take into the time after it: a line, or an outlet that was not visited. */
export interface Shortcoming {
  line: string;
  text: string;
  outlet?: string;
}

/** Outlets that were not visited are of one line of their own. */
export const UNVISITED = 'unvisited';

/** What became of a shortcoming in a time that overlaps this one. */
export const remedyOf = ({ remedies, from, to }: Pick<Summary, 'remedies' | 'from' | 'to'>, line: string, outlet = '') =>
  remedies.find((one) => one.line === line && one.outlet === outlet && one.from <= to && one.to >= from);

/** Turns a line of a review into a task of the time after it, by default by the end of as long a time (R2.14). */
export function MakeRemedy({ summary, of, onClose }: { summary: Summary; of: Shortcoming; onClose: () => void }) {
  const t = useT('field');
  const { manager, from, to } = summary;
  const left = summary.unvisited.filter((outlet) => !remedyOf(summary, UNVISITED, outlet.code));
  const [form] = Form.useForm<{ text: string; outlet?: string; due_on: Dayjs }>();
  const named = (code: string) => left.find((one) => one.code === code)?.name ?? code;
  return (
    <ActionDrawer<{ text: string; outlet?: string; due_on: Dayjs }>
      open
      form={form}
      title={t('toTask')}
      consequence={t('toTaskHelp')}
      verb={t('toTask')}
      done={t('saved')}
      initial={{ text: of.text, outlet: of.outlet, due_on: dayjs(dayPlus(to, daysBetween(from, to) + 1)) }}
      onClose={onClose}
      onSubmit={async ({ text, outlet, due_on }) => {
        const body = { manager, from, to, line: of.line, outlet: outlet ?? null, text, due_on: due_on.format('YYYY-MM-DD') };
        await http.POST('/api/v1/field/remedies', { body });
        await refresh();
      }}
    >
      {of.line === UNVISITED && (
        <Form.Item name="outlet" label={t('outlet')} rules={[{ required: true, message: t('needed') }]}>
          <Select
            showSearch={{ optionFilterProp: 'label' }}
            options={left.map(({ code, name }) => ({ value: code, label: `${name} ${code}` }))}
            onChange={(code: string) => form.setFieldValue('text', t('visitAgain', { name: named(code) }))}
          />
        </Form.Item>
      )}
      <Form.Item name="text" label={t('task')} rules={[{ required: true, min: 2, whitespace: true, message: t('atLeast') }]}>
        <Input.TextArea rows={3} maxLength={300} showCount />
      </Form.Item>
      <Form.Item name="due_on" label={t('dueOn')} rules={[{ required: true, message: t('needed') }]}>
        <DatePicker style={{ width: '100%' }} disabledDate={(day) => day.format('YYYY-MM-DD') <= to} />
      </Form.Item>
    </ActionDrawer>
  );
}

/** Tasks of reviews: what came of this one, and what is open of those before. */
export function Remedies({ rows, may }: { rows: Remedy[]; may: boolean }) {
  const t = useT('field');
  const label = useLabel('field');
  const [closing, setClosing] = useState<Remedy>();
  const heads = [t('task'), t('outlet'), t('dueOn'), t('state'), t('reason'), ...(may ? [t('closeTask')] : [])];
  if (rows.length === 0) return <EmptyBox title={t('noRemedies')} help={t('noRemediesHelp')} />;
  return (
    <>
      <PlainTable label={t('remedies')} heads={heads}>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id}>
              <th scope="row">{row.text}</th>
              <td>{row.outlet ? <OutletLink code={row.outlet} name={row.outlet_name} /> : '—'}</td>
              <td>{row.due_on}</td>
              <td>
                {row.overdue ? (
                  <StatusTag tone="bad">{t('overdue')}</StatusTag>
                ) : (
                  <StatusTag tone={REMEDY_TONES[row.state]}>{label('remedyStates', row.state)}</StatusTag>
                )}
              </td>
              <td>{row.reason || '—'}</td>
              {may && (
                <td>
                  {row.state === 'open' && (
                    <Button size="small" aria-label={`${t('closeTask')} ${row.text}`} onClick={() => setClosing(row)}>
                      {t('closeTask')}
                    </Button>
                  )}
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </PlainTable>
      {closing && <Close remedy={closing} onClose={() => setClosing(undefined)} />}
    </>
  );
}

function Close({ remedy, onClose }: { remedy: Remedy; onClose: () => void }) {
  const t = useT('field');
  const [form] = Form.useForm<{ to: string; reason?: string }>();
  const to = Form.useWatch('to', form) ?? 'done';
  return (
    <ActionDrawer<{ to: string; reason?: string }>
      open
      form={form}
      title={t('closeTask')}
      consequence={remedy.text}
      verb={t('closeTask')}
      done={t('saved')}
      initial={{ to: 'done' }}
      onClose={onClose}
      onSubmit={async (values) => {
        const params = { path: { id: remedy.id }, header: ifMatch(remedy.version) };
        await http.POST('/api/v1/field/remedies/{id}/close', { params, body: { to: values.to, reason: values.reason ?? '' } });
        await refresh();
      }}
    >
      <Form.Item name="to" label={t('state')}>
        <Radio.Group options={(['done', 'dropped'] as const).map((value) => ({ value, label: t(`remedyStates.${value}`) }))} />
      </Form.Item>
      <Form.Item
        name="reason"
        label={t('reason')}
        rules={to === 'done' ? [] : [{ required: true, min: 2, whitespace: true, message: t('atLeast') }]}
      >
        <Input.TextArea rows={3} maxLength={200} showCount />
      </Form.Item>
    </ActionDrawer>
  );
}
