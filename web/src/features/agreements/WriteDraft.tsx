import { DatePicker, Form, Input, InputNumber, Select } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useState } from 'react';
import { answer, api, http, ifMatch, newKey, onceHeader, queries, type Schema } from '@/api/client';
import { useT } from '@/i18n';
import { fenOf, money } from '@/shared/format/money';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { PlacePick } from '@/shared/ui/PlacePick';

type Whole = Schema<'DraftWhole'>;
type Term = Schema<'TemplateTerm'>;

/** The agreement a draft goes on from. */
export interface From {
  partner: string;
  business: string;
  from: string;
  renews: string;
}

interface Values {
  template: string;
  partner: string;
  business: string;
  from: Dayjs;
  last_day: Dayjs;
  deposit: string;
  own_terms?: string;
  filled?: Record<string, string | number | undefined>;
}

interface Props {
  /** A draft to be written anew. */
  draft?: Whole;
  /** What a renewal begins with. */
  base?: From;
  onClose: () => void;
  onDone: (id: string) => void;
}

const typed = (fen: number) => money(fen).replaceAll(',', '');

/** Fills a template in. Money is typed in yuan and sent in fen. */
export function WriteDraft({ draft, base, onClose, onDone }: Props) {
  const t = useT('agreements');
  const [form] = Form.useForm<Values>();
  const [key] = useState(newKey);
  const templates = api.useQuery('get', '/api/v1/agreement-templates').data ?? [];
  const chosen = Form.useWatch('template', form);
  const template = templates.find((one) => one.id === (chosen ?? draft?.draft.template)) ?? templates[0];
  const renews = draft?.draft.renews ?? base?.renews ?? '';
  const initial: Partial<Values> = draft
    ? {
        partner: draft.draft.partner,
        business: draft.draft.business,
        from: dayjs(draft.draft.from),
        last_day: dayjs(draft.draft.last_day),
        deposit: typed(draft.draft.deposit),
        own_terms: draft.own_terms,
        filled: Object.fromEntries(
          Object.entries(draft.filled).map(([id, value]) => {
            const isMoney = template?.terms.find((term) => term.id === id)?.kind === 'money';
            return [id, isMoney ? typed(Number(value)) : (value as string | number)];
          }),
        ),
      }
    : base
      ? {
          partner: base.partner,
          business: base.business,
          from: dayjs(base.from),
          last_day: dayjs(base.from).add(1, 'year').subtract(1, 'day'),
        }
      : {};
  const submit = async (values: Values) => {
    const filled = Object.fromEntries(
      (template?.terms ?? []).flatMap((term) => {
        const value = values.filled?.[term.id];
        if (value === undefined || value === null || value === '') return [];
        return [[term.id, term.kind === 'money' ? fenOf(String(value)) : value]];
      }),
    );
    const body = {
      template: template?.id ?? '',
      partner: values.partner,
      business: values.business,
      from: values.from.format('YYYY-MM-DD'),
      last_day: values.last_day.format('YYYY-MM-DD'),
      deposit: fenOf(values.deposit) ?? 0,
      filled: filled as Record<string, never>,
      own_terms: values.own_terms?.trim() ?? '',
      renews,
    };
    const made = draft
      ? await answer(
          http.PUT('/api/v1/agreement-drafts/{id}', {
            params: { path: { id: draft.draft.id }, header: ifMatch(draft.draft.version) },
            body,
          }),
        )
      : await answer(http.POST('/api/v1/agreement-drafts', { params: { header: onceHeader(key) }, body }));
    await queries.invalidateQueries();
    onDone(made.id);
  };
  if (!template) return null;
  return (
    <ActionDrawer<Values>
      open
      form={form}
      title={draft ? `${t('edit')} · ${draft.draft.id}` : t(renews ? 'renew' : 'draft')}
      consequence={renews ? t('renewsHelp', { code: renews }) : undefined}
      verb={t('save')}
      done={t('saved')}
      width={520}
      initial={{ template: template.id, ...initial }}
      onClose={onClose}
      onStale={async () => {
        await queries.invalidateQueries();
        return [];
      }}
      onSubmit={submit}
    >
      <Form.Item name="template" label={t('template')}>
        <Select options={templates.map((one) => ({ value: one.id, label: one.title }))} />
      </Form.Item>
      <Form.Item name="partner" label={t('partner')} rules={[{ required: true, message: t('required') }]}>
        <PlacePick kind="partner" />
      </Form.Item>
      <Form.Item name="business" label={t('business')} rules={[{ required: true, message: t('required') }]}>
        <Select options={template.business.map((one) => ({ value: one.id, label: one.title }))} />
      </Form.Item>
      <Form.Item name="from" label={t('from')} rules={[{ required: true, message: t('required') }]}>
        <DatePicker style={{ width: '100%' }} />
      </Form.Item>
      <Form.Item
        name="last_day"
        label={t('lastDay')}
        dependencies={['from']}
        rules={[
          { required: true, message: t('required') },
          ({ getFieldValue }) => ({
            validator: (_, day?: Dayjs) =>
              day && day.isBefore(getFieldValue('from') as Dayjs, 'day') ? Promise.reject(new Error(t('dayWrong'))) : Promise.resolve(),
          }),
        ]}
      >
        <DatePicker style={{ width: '100%' }} />
      </Form.Item>
      <Form.Item name="deposit" label={t('deposit')} rules={[{ required: true, validator: amount(t('moneyWrong'), true) }]}>
        <Input inputMode="decimal" autoComplete="off" />
      </Form.Item>
      {template.terms.map((term) => (
        <TermField key={term.id} term={term} />
      ))}
      <Form.Item name="own_terms" label={t('ownTerms')} extra={t('ownTermsHelp')}>
        <Input.TextArea rows={3} maxLength={2000} />
      </Form.Item>
    </ActionDrawer>
  );
}

const amount = (words: string, needed: boolean) => (_: unknown, value?: string) => {
  const fen = value ? fenOf(value) : undefined;
  const fits = value ? fen !== undefined && fen >= 0 : !needed;
  return fits ? Promise.resolve() : Promise.reject(new Error(words));
};

function TermField({ term }: { term: Term }) {
  const t = useT('agreements');
  const rules =
    term.kind === 'money'
      ? [{ required: term.required, validator: amount(t('moneyWrong'), term.required) }]
      : [{ required: term.required, message: t('required') }];
  return (
    <Form.Item name={['filled', term.id]} label={term.title} extra={term.settles ? t('settles') : undefined} rules={rules}>
      {term.kind === 'number' ? (
        <InputNumber min={0} precision={0} style={{ width: '100%' }} />
      ) : (
        <Input maxLength={200} autoComplete="off" />
      )}
    </Form.Item>
  );
}
