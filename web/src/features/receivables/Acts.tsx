import { Form, Input, Radio, Select } from 'antd';
import { useState } from 'react';
import { answer, http, ifMatch, onceHeader } from '@/api/client';
import { useMe } from '@/api/me';
import { useT } from '@/i18n';
import { keeper } from '@/shared/flows/acts';
import { fenOf, money, yuan } from '@/shared/format/money';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { PlacePick } from '@/shared/ui/PlacePick';
import { YuanItem } from '@/shared/ui/YuanItem';
import { DEPOSITS, refresh, type Invoice } from './data';

const fen = (typed: string | undefined) => fenOf(typed ?? '') ?? 0;
const header = (once: string) => ({ 'Idempotency-Key': once });

function useRequired() {
  const t = useT('receivables');
  return [{ required: true, whitespace: true, message: t('fieldMissing') }];
}

interface OfPartner {
  /** Chosen in the form where absent. */
  partner?: string;
  onClose: () => void;
}

function PartnerItem({ partner }: { partner?: string }) {
  const t = useT('receivables');
  const required = useRequired();
  if (partner !== undefined) return null;
  return (
    <Form.Item name="partner" label={t('partner')} rules={required}>
      <PlacePick kind="partner" />
    </Form.Item>
  );
}

interface Issued {
  partner?: string;
  kind: string;
  amount: string;
  issued_on: string;
  due_on: string;
  note?: string;
}

/** Issues an invoice. */
export function IssueAct({ partner, onClose }: OfPartner) {
  const t = useT('receivables');
  const me = useMe();
  const [key] = useState(keeper);
  const required = useRequired();
  const submit = async (values: Issued) => {
    const body = { ...values, partner: partner ?? values.partner ?? '', amount: fen(values.amount), note: values.note ?? '' };
    const once = key(body);
    await answer(http.POST('/api/v1/receivable-invoices', { params: { header: header(once) }, headers: onceHeader(once), body }));
    await refresh();
  };
  return (
    <ActionDrawer<Issued>
      open
      title={t('issue')}
      consequence={t('issueConsequence')}
      verb={t('issue')}
      done={t('issued')}
      initial={{ kind: 'goods', issued_on: me.today }}
      onSubmit={submit}
      onClose={onClose}
    >
      <PartnerItem partner={partner} />
      <Form.Item name="kind" label={t('kind')}>
        <Select options={(['goods', 'float', 'deposit', 'other'] as const).map((value) => ({ value, label: t(`kinds.${value}`) }))} />
      </Form.Item>
      <YuanItem name="amount" />
      <Form.Item name="issued_on" label={t('issuedOn')} rules={required}>
        <Input type="date" />
      </Form.Item>
      <Form.Item name="due_on" label={t('dueOn')} rules={required}>
        <Input type="date" />
      </Form.Item>
      <Form.Item name="note" label={t('note')}>
        <Input maxLength={100} autoComplete="off" />
      </Form.Item>
    </ActionDrawer>
  );
}

interface Collected {
  partner?: string;
  way: string;
  amount: string;
  received_on: string;
  reference?: string;
  how: string;
  parts?: Record<string, string>;
}

/** Notes money that came in, matched to the longest due first or to the invoices somebody names. */
export function CollectAct({ partner, invoices = [], onClose }: OfPartner & { invoices?: Invoice[] }) {
  const t = useT('receivables');
  const me = useMe();
  const [key] = useState(keeper);
  const [form] = Form.useForm<Collected>();
  const how = Form.useWatch('how', form);
  const required = useRequired();
  const open = invoices.filter((one) => one.open > one.held);
  const submit = async (values: Collected) => {
    const named = Object.entries(values.parts ?? {}).map(([invoice, typed]) => ({ invoice, amount: fen(typed) }));
    const parts = values.how === 'named' ? named.filter((part) => part.amount > 0) : null;
    const body = {
      partner: partner ?? values.partner ?? '',
      way: values.way,
      amount: fen(values.amount),
      received_on: values.received_on,
      reference: values.reference ?? '',
      parts,
    };
    const once = key(body);
    await answer(http.POST('/api/v1/collections', { params: { header: header(once) }, headers: onceHeader(once), body }));
    await refresh();
  };
  return (
    <ActionDrawer<Collected>
      open
      form={form}
      title={t('collect')}
      consequence={t('collectConsequence')}
      verb={t('collect')}
      done={t('collected')}
      initial={{ way: 'bank', how: 'oldest', received_on: me.today }}
      onSubmit={submit}
      onClose={onClose}
    >
      <PartnerItem partner={partner} />
      <Form.Item name="way" label={t('way')}>
        <Radio.Group options={(['bank', 'cash'] as const).map((value) => ({ value, label: t(`ways.${value}`) }))} />
      </Form.Item>
      <YuanItem name="amount" />
      <Form.Item name="received_on" label={t('receivedOn')} rules={required}>
        <Input type="date" />
      </Form.Item>
      <Form.Item name="reference" label={t('reference')}>
        <Input maxLength={100} autoComplete="off" />
      </Form.Item>
      {open.length > 0 && (
        <Form.Item name="how" label={t('how')}>
          <Radio.Group options={(['oldest', 'named'] as const).map((value) => ({ value, label: t(`hows.${value}`) }))} />
        </Form.Item>
      )}
      {how === 'named' &&
        open.map((one) => (
          <Form.Item
            key={one.id}
            name={['parts', one.id]}
            label={t('partOf', { id: one.id, open: yuan(one.open - one.held) })}
            rules={[
              {
                validator: (_, typed?: string) =>
                  !typed?.trim() || (fenOf(typed) ?? -1) >= 0 ? Promise.resolve() : Promise.reject(new Error(t('partWrong'))),
              },
            ]}
          >
            <Input inputMode="decimal" maxLength={18} autoComplete="off" />
          </Form.Item>
        ))}
    </ActionDrawer>
  );
}

/** Puts an invoice right. */
export function AdjustAct({ invoice, onClose }: { invoice: Invoice; onClose: () => void }) {
  const t = useT('receivables');
  const [key] = useState(keeper);
  const required = useRequired();
  const submit = async (values: { amount: string; reason: string }) => {
    const body = { amount: fen(values.amount), reason: values.reason };
    const once = key(body);
    const params = { path: { id: invoice.id }, header: { ...header(once), ...ifMatch(invoice.version) } };
    const headers = { ...onceHeader(once), ...ifMatch(invoice.version) };
    await answer(http.POST('/api/v1/receivable-invoices/{id}/adjust', { params, headers, body }));
    await refresh();
  };
  return (
    <ActionDrawer
      open
      title={t('adjustOf', { id: invoice.id })}
      consequence={t('adjustConsequence')}
      verb={t('adjust')}
      done={t('adjustedNow')}
      onSubmit={submit}
      onClose={onClose}
    >
      <YuanItem name="amount" extra={t('adjustHelp')} signed />
      <Form.Item name="reason" label={t('reason')} rules={required}>
        <Input.TextArea rows={3} maxLength={500} />
      </Form.Item>
    </ActionDrawer>
  );
}

interface Proposed {
  source: string;
  amount: string;
  ground: string;
  document: string;
  reason: string;
}

/** Proposes to take an overdue invoice out of commission or a deposit. */
export function OffsetAct({ invoice, onClose }: { invoice: Invoice; onClose: () => void }) {
  const t = useT('receivables');
  const [key] = useState(keeper);
  const required = useRequired();
  const submit = async (values: Proposed) => {
    const body = { ...values, invoice: invoice.id, amount: fen(values.amount) };
    const once = key(body);
    await answer(http.POST('/api/v1/offsets', { params: { header: header(once) }, headers: onceHeader(once), body }));
    await refresh();
  };
  return (
    <ActionDrawer<Proposed>
      open
      title={t('offsetOf', { id: invoice.id })}
      consequence={t('offsetConsequence')}
      verb={t('offset')}
      done={t('proposed')}
      initial={{ source: 'commission', ground: 'clause', amount: money(invoice.open - invoice.held) }}
      onSubmit={submit}
      onClose={onClose}
    >
      <Form.Item name="source" label={t('source')}>
        <Select options={(['commission', ...DEPOSITS] as const).map((value) => ({ value, label: t(`sources.${value}`) }))} />
      </Form.Item>
      <YuanItem name="amount" />
      <Form.Item name="ground" label={t('ground')}>
        <Radio.Group options={(['clause', 'consent'] as const).map((value) => ({ value, label: t(`grounds.${value}`) }))} />
      </Form.Item>
      <Form.Item name="document" label={t('document')} rules={required}>
        <Input maxLength={100} autoComplete="off" />
      </Form.Item>
      <Form.Item name="reason" label={t('reason')} rules={required}>
        <Input.TextArea rows={3} maxLength={100} />
      </Form.Item>
    </ActionDrawer>
  );
}

interface Moved {
  partner?: string;
  kind: string;
  act: string;
  amount: string;
  reference?: string;
  reason?: string;
}

/** Takes, refunds or keeps a deposit. */
export function DepositAct({ partner, onClose }: OfPartner) {
  const t = useT('receivables');
  const [key] = useState(keeper);
  const [form] = Form.useForm<Moved>();
  const act = Form.useWatch('act', form);
  const required = useRequired();
  const submit = async (values: Moved) => {
    const body = {
      partner: partner ?? values.partner ?? '',
      kind: values.kind,
      act: values.act,
      amount: fen(values.amount),
      reference: values.reference ?? '',
      reason: values.reason ?? '',
    };
    const once = key(body);
    await answer(http.POST('/api/v1/deposits', { params: { header: header(once) }, headers: onceHeader(once), body }));
    await refresh();
  };
  return (
    <ActionDrawer<Moved>
      open
      form={form}
      title={t('deposit')}
      consequence={t('depositConsequence')}
      verb={t('deposit')}
      done={t('depositDone')}
      initial={{ kind: 'goods', act: 'take' }}
      onSubmit={submit}
      onClose={onClose}
    >
      <PartnerItem partner={partner} />
      <Form.Item name="kind" label={t('kind')}>
        <Radio.Group options={DEPOSITS.map((value) => ({ value, label: t(`sources.${value}`) }))} />
      </Form.Item>
      <Form.Item name="act" label={t('what')}>
        <Radio.Group options={(['take', 'refund', 'keep'] as const).map((value) => ({ value, label: t(`acts.${value}`) }))} />
      </Form.Item>
      <YuanItem name="amount" />
      <Form.Item name="reference" label={t('reference')}>
        <Input maxLength={100} autoComplete="off" />
      </Form.Item>
      <Form.Item name="reason" label={t('reason')} rules={act === 'keep' ? required : []}>
        <Input.TextArea rows={3} maxLength={100} />
      </Form.Item>
    </ActionDrawer>
  );
}
