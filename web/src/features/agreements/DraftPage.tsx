import { useParams } from '@tanstack/react-router';
import { Button, DatePicker, Form, Input, Radio, Space } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useState } from 'react';
import { api, http, ifMatch, newKey, onceHeader, queries, type Schema } from '@/api/client';
import { useMe } from '@/api/me';
import { useLabel, useT } from '@/i18n';
import { AGREEMENT_TONES, SIDES, unsignedSide } from '@/shared/agreements';
import { Signature } from '@/shared/flows/Signature';
import { yuan } from '@/shared/format/money';
import { usePermission } from '@/shared/permissions';
import { Block } from '@/shared/ui/Block';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { PageHead } from '@/shared/ui/PageHead';
import { QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { Basics, Clauses, Signatures } from './parts';
import { WriteDraft } from './WriteDraft';

type Whole = Schema<'DraftWhole'>;
type Doing = 'edit' | 'send' | 'drop' | 'sign';

/** A draft of an agreement: its text, and what is still to be done until it is in force. */
export default function DraftPage() {
  const { id = '' } = useParams({ strict: false }) as { id?: string };
  const query = api.useQuery('get', '/api/v1/agreement-drafts/{id}', { params: { path: { id } } });
  return (
    <QueryState query={query} rows={10}>
      {(whole) => <Record whole={whole} reload={async () => void (await query.refetch())} />}
    </QueryState>
  );
}

function Record({ whole, reload }: { whole: Whole; reload: () => Promise<void> }) {
  const t = useT('agreements');
  const common = useT('common');
  const label = useLabel('agreements');
  const manages = usePermission('agreement.manage');
  const signs = usePermission(['agreement.manage', 'agreement.sign']);
  const [doing, setDoing] = useState<Doing>();
  const { draft, clauses, signatures } = whole;
  const open = draft.state === 'draft';
  const close = () => setDoing(undefined);
  return (
    <>
      <PageHead
        title={`${t('drafts')} ${draft.id}`}
        note={
          <StatusTag tone={draft.in_force ? 'good' : AGREEMENT_TONES[draft.state]}>
            {draft.in_force ? t('inForce') : label('draftStates', draft.state)}
          </StatusTag>
        }
        actions={
          <Space wrap>
            {open && manages && (
              <>
                <Button type="primary" onClick={() => setDoing('send')}>
                  {t('send')}
                </Button>
                <Button onClick={() => setDoing('edit')}>{t('edit')}</Button>
                <Button danger onClick={() => setDoing('drop')}>
                  {t('drop')}
                </Button>
              </>
            )}
            {signs && unsignedSide(draft) && (
              <Button type="primary" onClick={() => setDoing('sign')}>
                {t('sign')}
              </Button>
            )}
            <Button href={`/api/v1/agreement-drafts/${draft.id}/paper`}>{t('pdf')}</Button>
            <Button onClick={() => print()}>{common('print')}</Button>
          </Space>
        }
      />
      <div className="grid">
        <div className="w8">
          <Basics
            of={draft}
            facts={[
              [t('business'), draft.business_title],
              [t('from'), draft.from],
              [t('lastDay'), draft.last_day],
              [t('deposit'), yuan(draft.deposit)],
              [t('madeBy'), draft.made_by],
            ]}
          />
          <Block title={t('clauses')}>
            <Clauses clauses={clauses} />
          </Block>
        </div>
        <div className="w4">
          <Block title={t('signatures')}>
            <Signatures signatures={signatures} draft={draft.id} />
          </Block>
        </div>
      </div>
      {doing === 'edit' && <WriteDraft draft={whole} onClose={close} onDone={close} />}
      {doing === 'send' && <Send draft={draft} reload={reload} onClose={close} />}
      {doing === 'drop' && <Drop draft={draft} reload={reload} onClose={close} />}
      {doing === 'sign' && <Sign draft={draft} manages={manages} onClose={close} />}
    </>
  );
}

interface ActProps {
  draft: Whole['draft'];
  reload: () => Promise<void>;
  onClose: () => void;
}

const stale = (reload: () => Promise<void>) => async () => {
  await reload();
  return [];
};

function Send({ draft, reload, onClose }: ActProps) {
  const t = useT('agreements');
  const [key] = useState(newKey);
  return (
    <ActionDrawer
      open
      title={t('send')}
      consequence={t('sendHelp')}
      verb={t('send')}
      done={t('sent')}
      onClose={onClose}
      onStale={stale(reload)}
      onSubmit={async () => {
        await http.POST('/api/v1/agreement-drafts/{id}/send', {
          params: { path: { id: draft.id }, header: { ...ifMatch(draft.version), ...onceHeader(key) } },
        });
        await queries.invalidateQueries();
      }}
    />
  );
}

function Drop({ draft, reload, onClose }: ActProps) {
  const t = useT('agreements');
  return (
    <ActionDrawer<{ reason: string }>
      open
      danger
      title={t('drop')}
      consequence={t('dropHelp')}
      verb={t('drop')}
      done={t('dropped')}
      onClose={onClose}
      onStale={stale(reload)}
      onSubmit={async (body) => {
        await http.POST('/api/v1/agreement-drafts/{id}/drop', { params: { path: { id: draft.id }, header: ifMatch(draft.version) }, body });
        await queries.invalidateQueries();
      }}
    >
      <Form.Item name="reason" label={t('reason')} rules={[{ required: true, min: 2, whitespace: true, message: t('reasonMissing') }]}>
        <Input.TextArea rows={3} maxLength={200} showCount />
      </Form.Item>
    </ActionDrawer>
  );
}

interface Signing {
  side: string;
  way: 'hand' | 'seal';
  name: string;
  signed_on: Dayjs;
  note?: string;
}

function Sign({ draft, manages, onClose }: { draft: Whole['draft']; manages: boolean; onClose: () => void }) {
  const t = useT('agreements');
  const me = useMe();
  const [form] = Form.useForm<Signing>();
  const [picture, setPicture] = useState<string>();
  const way = Form.useWatch('way', form) ?? 'seal';
  // A partner signs for itself; whoever manages agreements notes either side.
  const sides = SIDES.filter((side) => !draft.signed.includes(side) && (manages || side === 'partner'));
  return (
    <ActionDrawer<Signing>
      open
      form={form}
      title={t('sign')}
      consequence={t('signHelp')}
      verb={t('sign')}
      done={t('signDone')}
      blocked={way === 'hand' && picture === undefined ? t('signatureMissing') : undefined}
      width={520}
      initial={{ side: sides[0], way: 'seal', signed_on: dayjs(me.today) }}
      onClose={onClose}
      onSubmit={async (values) => {
        await http.POST('/api/v1/agreement-drafts/{id}/signatures', {
          params: { path: { id: draft.id } },
          body: {
            side: values.side,
            way: values.way,
            name: values.name,
            signed_on: values.signed_on.format('YYYY-MM-DD'),
            note: values.note ?? '',
            picture: values.way === 'hand' ? picture : undefined,
          },
        });
        await queries.invalidateQueries();
      }}
    >
      <Form.Item name="side" label={t('side')}>
        <Radio.Group options={sides.map((value) => ({ value, label: t(`sides.${value}`) }))} />
      </Form.Item>
      <Form.Item name="way" label={t('way')}>
        <Radio.Group options={(['seal', 'hand'] as const).map((value) => ({ value, label: t(`ways.${value}`) }))} />
      </Form.Item>
      <Form.Item name="name" label={t('signer')} rules={[{ required: true, min: 2, whitespace: true, message: t('required') }]}>
        <Input maxLength={60} autoComplete="off" />
      </Form.Item>
      <Form.Item name="signed_on" label={t('signedOn')} rules={[{ required: true, message: t('required') }]}>
        <DatePicker style={{ width: '100%' }} />
      </Form.Item>
      {way === 'hand' ? (
        <Signature label={t('signature')} help={t('signatureHelp')} clear={t('signatureClear')} onChange={setPicture} />
      ) : (
        <Form.Item name="note" label={t('note')} rules={[{ required: true, whitespace: true, message: t('required') }]}>
          <Input maxLength={200} />
        </Form.Item>
      )}
    </ActionDrawer>
  );
}
