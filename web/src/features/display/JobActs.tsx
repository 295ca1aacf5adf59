import { Form, Input, Select } from 'antd';
import { useState } from 'react';
import { answer, http, ifMatch } from '@/api/client';
import { useT } from '@/i18n';
import { fenOf, yuan } from '@/shared/format/money';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { YuanItem } from '@/shared/ui/YuanItem';
import { bring, refresh, type Agency, type Job } from './data';
import { useRequired } from './fields';
import { PhotoItem } from './parts';

export type JobAct = 'quote' | 'choose' | 'inspect' | 'cancel';

interface Values {
  agency?: string;
  amount?: string;
  days?: string;
  quality?: number;
  punctual?: number;
  note?: string;
}

interface Props {
  act: JobAct;
  row: Job;
  agencies: readonly Agency[];
  onClose: () => void;
}

const MARKS = [5, 4, 3, 2, 1].map((value) => ({ value, label: String(value) }));

/** Notes a quote, chooses, inspects or cancels. */
export function JobActing({ act, row, agencies, onClose }: Props) {
  const t = useT('displayPlans');
  const required = useRequired();
  const [files, setFiles] = useState<File[]>([]);
  const submit = async (values: Values) => {
    const photo = act === 'inspect' && files[0] ? await bring(files[0]) : '';
    const body = {
      act,
      agency: values.agency ?? '',
      amount: fenOf(values.amount ?? '') ?? 0,
      days: Number(values.days ?? 0) || 0,
      quality: values.quality ?? 0,
      punctual: values.punctual ?? 0,
      photo,
      note: values.note ?? '',
    };
    const params = { path: { id: row.id }, header: ifMatch(row.version) };
    await answer(http.POST('/api/v1/display/jobs/{id}/act', { params, headers: ifMatch(row.version), body }));
    await refresh();
  };
  const offered = row.quotes.map((quote) => ({
    value: quote.agency,
    label: t('quoteIs', { name: quote.name, amount: yuan(quote.amount), days: quote.days }),
  }));
  const known = agencies.filter((one) => one.state === 'active').map((one) => ({ value: one.id, label: one.name }));
  const words = { quote: 'note', choose: 'whyChosen', inspect: 'findings', cancel: 'reason' } as const;
  return (
    <ActionDrawer<Values>
      open
      title={`${t(`job.${act}`)} · ${row.title}`}
      consequence={t(`jobWhy.${act}`)}
      verb={t(`job.${act}`)}
      danger={act === 'cancel'}
      done={t('done')}
      onSubmit={submit}
      onClose={onClose}
    >
      {(act === 'quote' || act === 'choose') && (
        <Form.Item name="agency" label={t('agency')} rules={required}>
          <Select options={act === 'quote' ? known : offered} showSearch={{ optionFilterProp: 'label' }} />
        </Form.Item>
      )}
      {act === 'quote' && (
        <>
          <YuanItem name="amount" label={t('amountYuan')} />
          <Form.Item name="days" label={t('days')} rules={required}>
            <Input inputMode="numeric" maxLength={3} autoComplete="off" />
          </Form.Item>
        </>
      )}
      {act === 'inspect' && (
        <>
          <Form.Item name="quality" label={t('quality')} rules={required}>
            <Select options={MARKS} />
          </Form.Item>
          <Form.Item name="punctual" label={t('punctual')} rules={required}>
            <Select options={MARKS} />
          </Form.Item>
          <PhotoItem label={t('photo')} files={files} onChange={setFiles} />
        </>
      )}
      <Form.Item name="note" label={t(words[act])} rules={act === 'inspect' || act === 'cancel' ? required : []}>
        <Input.TextArea rows={3} maxLength={200} />
      </Form.Item>
    </ActionDrawer>
  );
}
