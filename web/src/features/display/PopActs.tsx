import { Checkbox, Form, Input, Radio } from 'antd';
import { useState } from 'react';
import { answer, http, ifMatch } from '@/api/client';
import { useT } from '@/i18n';
import { fenOf, yuan } from '@/shared/format/money';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { YuanItem } from '@/shared/ui/YuanItem';
import { bring, refresh, type Pop } from './data';
import { PhotoItem } from './parts';

export type PopAct = 'produce' | 'place' | 'check' | 'repair' | 'link' | 'recall' | 'lose' | 'cancel';

interface Values {
  maker?: string;
  ready_on?: string;
  amount?: string;
  consent?: string;
  cleared?: boolean;
  condition?: string;
  agreement?: string;
  note?: string;
}

const SHOWN: PopAct[] = ['place', 'check', 'repair', 'recall'];
const REASONED: PopAct[] = ['repair', 'recall', 'lose', 'cancel'];

/** One act on a piece of material. */
export function PopAction({ act, asset, onClose }: { act: PopAct; asset: Pop; onClose: () => void }) {
  const t = useT('display');
  const [files, setFiles] = useState<File[]>([]);
  const submit = async (values: Values) => {
    const photo = SHOWN.includes(act) && files[0] ? await bring(files[0]) : '';
    const body = {
      act,
      photo,
      maker: values.maker ?? '',
      ready_on: values.ready_on ?? '',
      cost: fenOf(values.amount ?? '') ?? 0,
      consent: values.consent ?? '',
      cleared: values.cleared ?? false,
      condition: values.condition ?? '',
      agreement: values.agreement ?? '',
      note: values.note ?? '',
    };
    const params = { path: { id: asset.id }, header: ifMatch(asset.version) };
    await answer(http.POST('/api/v1/display/pop/{id}/act', { params, headers: ifMatch(asset.version), body }));
    await refresh();
  };
  const required = [{ required: true, whitespace: true, message: t('fieldMissing') }];
  return (
    <ActionDrawer<Values>
      open
      title={`${t(`pop.${act}`)} · ${asset.kind_name}`}
      consequence={t(`popWhy.${act}`, { cost: yuan(asset.cost) })}
      verb={t(`pop.${act}`)}
      danger={act === 'lose' || act === 'cancel'}
      done={t('done')}
      initial={{ condition: 'good' }}
      onSubmit={submit}
      onClose={onClose}
    >
      {act === 'produce' && (
        <>
          <Form.Item name="maker" label={t('maker')} rules={required}>
            <Input maxLength={60} autoComplete="off" />
          </Form.Item>
          <Form.Item name="ready_on" label={t('readyOn')} rules={required}>
            <Input type="date" />
          </Form.Item>
          <YuanItem name="amount" />
        </>
      )}
      {act === 'check' && (
        <Form.Item name="condition" label={t('condition')}>
          <Radio.Group options={(['good', 'damaged', 'misplaced'] as const).map((value) => ({ value, label: t(`conditions.${value}`) }))} />
        </Form.Item>
      )}
      {SHOWN.includes(act) && <PhotoItem label={t('photo')} files={files} onChange={setFiles} />}
      {act === 'place' && (
        <>
          <Form.Item name="consent" label={t('consent')} extra={t('consentHelp')} rules={required}>
            <Input maxLength={40} autoComplete="off" />
          </Form.Item>
          <Form.Item name="cleared" valuePropName="checked">
            <Checkbox>{t('cleared')}</Checkbox>
          </Form.Item>
        </>
      )}
      {act === 'link' && (
        <Form.Item name="agreement" label={t('agreement')} extra={t('agreementHelp')} rules={required}>
          <Input maxLength={40} autoComplete="off" />
        </Form.Item>
      )}
      {act !== 'produce' && act !== 'link' && (
        <Form.Item name="note" label={REASONED.includes(act) ? t('reason') : t('note')} rules={REASONED.includes(act) ? required : []}>
          <Input.TextArea rows={3} maxLength={200} />
        </Form.Item>
      )}
    </ActionDrawer>
  );
}
