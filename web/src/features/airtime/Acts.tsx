import { Checkbox, Form, Input, Radio } from 'antd';
import { useState } from 'react';
import { answer, http, ifMatch, onceHeader } from '@/api/client';
import { useT } from '@/i18n';
import { keeper } from '@/shared/flows/acts';
import { fenOf, yuan } from '@/shared/format/money';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { PlacePick } from '@/shared/ui/PlacePick';
import { YuanItem } from '@/shared/ui/YuanItem';
import { refresh, type Terminal } from './data';

const fen = (typed: string | undefined) => fenOf(typed ?? '') ?? 0;

const header = (once: string) => ({ 'Idempotency-Key': once });

/** Puts terminals into stock, one serial a line. */
export function AddTerminals({ open, onClose }: { open: boolean; onClose: () => void }) {
  const t = useT('airtime');
  const [key] = useState(keeper);
  const submit = async (values: { serials: string; model: string }) => {
    const serials = values.serials.split(/[\s,，]+/).filter(Boolean);
    const body = { serials, model: values.model.trim() };
    const once = key(body);
    await answer(http.POST('/api/v1/terminals', { params: { header: header(once) }, headers: onceHeader(once), body }));
    await refresh();
  };
  const required = [{ required: true, whitespace: true, message: t('fieldMissing') }];
  return (
    <ActionDrawer
      open={open}
      title={t('add')}
      consequence={t('addConsequence')}
      verb={t('add')}
      done={t('added')}
      onSubmit={submit}
      onClose={onClose}
    >
      <Form.Item name="serials" label={t('serials')} extra={t('serialsHelp')} rules={required}>
        <Input.TextArea rows={6} />
      </Form.Item>
      <Form.Item name="model" label={t('model')} rules={required}>
        <Input maxLength={40} autoComplete="off" />
      </Form.Item>
    </ActionDrawer>
  );
}

export type TerminalAct = 'place' | 'recall' | 'load' | 'record';

interface ActProps {
  terminal: Terminal;
  onClose: () => void;
}

/** One act on a terminal. */
export function TerminalAction({ act, ...rest }: ActProps & { act: TerminalAct }) {
  if (act === 'place') return <Place {...rest} />;
  if (act === 'recall') return <Recall {...rest} />;
  return act === 'load' ? <Load {...rest} /> : <Record {...rest} />;
}

function Place({ terminal, onClose }: ActProps) {
  const t = useT('airtime');
  const [key] = useState(keeper);
  const submit = async (values: { outlet: string; agreement: string; deposit?: string }) => {
    const body = { outlet: values.outlet, agreement: values.agreement.trim(), deposit: fen(values.deposit) };
    const once = key(body);
    const params = { path: { serial: terminal.serial }, header: { ...header(once), ...ifMatch(terminal.version) } };
    const headers = { ...onceHeader(once), ...ifMatch(terminal.version) };
    await answer(http.POST('/api/v1/terminals/{serial}/place', { params, headers, body }));
    await refresh();
  };
  const required = [{ required: true, whitespace: true, message: t('fieldMissing') }];
  return (
    <ActionDrawer
      open
      title={t('place')}
      consequence={t('placeConsequence')}
      verb={t('place')}
      done={t('placed')}
      onSubmit={submit}
      onClose={onClose}
    >
      <Form.Item name="outlet" label={t('outlet')} rules={required}>
        <PlacePick kind="outlet" />
      </Form.Item>
      <Form.Item name="agreement" label={t('agreement')} extra={t('agreementHelp')} rules={required}>
        <Input maxLength={40} autoComplete="off" />
      </Form.Item>
      <YuanItem name="deposit" label={t('depositYuan')} optional />
    </ActionDrawer>
  );
}

function Recall({ terminal, onClose }: ActProps) {
  const t = useT('airtime');
  const [key] = useState(keeper);
  const submit = async (values: { lost?: boolean; keep?: string; reason: string }) => {
    const body = { lost: values.lost ?? false, keep: fen(values.keep), reason: values.reason };
    const once = key(body);
    const params = { path: { serial: terminal.serial }, header: { ...header(once), ...ifMatch(terminal.version) } };
    const headers = { ...onceHeader(once), ...ifMatch(terminal.version) };
    await answer(http.POST('/api/v1/terminals/{serial}/recall', { params, headers, body }));
    await refresh();
  };
  return (
    <ActionDrawer
      open
      title={t('recall')}
      consequence={t('recallConsequence', { balance: yuan(terminal.balance), deposit: yuan(terminal.deposit) })}
      verb={t('recall')}
      danger
      done={t('recalled')}
      onSubmit={submit}
      onClose={onClose}
    >
      <YuanItem name="keep" label={t('keepYuan')} extra={t('keepHelp')} optional />
      <Form.Item name="reason" label={t('reason')} rules={[{ required: true, whitespace: true, message: t('fieldMissing') }]}>
        <Input.TextArea rows={3} maxLength={100} />
      </Form.Item>
      <Form.Item name="lost" valuePropName="checked">
        <Checkbox>{t('lost')}</Checkbox>
      </Form.Item>
    </ActionDrawer>
  );
}

function Load({ terminal, onClose }: ActProps) {
  const t = useT('airtime');
  const [key] = useState(keeper);
  const [form] = Form.useForm<{ number: string; amount: string; pay: string; due_on?: string }>();
  const pay = Form.useWatch('pay', form);
  const submit = async (values: { number: string; amount: string; pay: string; due_on?: string }) => {
    const due_on = values.pay === 'account' ? values.due_on : undefined;
    const body = { number: values.number.trim(), amount: fen(values.amount), ...(due_on ? { due_on } : {}) };
    const once = key(body);
    const params = { path: { serial: terminal.serial }, header: header(once) };
    await answer(http.POST('/api/v1/terminals/{serial}/load', { params, headers: onceHeader(once), body }));
    await refresh();
  };
  const required = [{ required: true, whitespace: true, message: t('fieldMissing') }];
  return (
    <ActionDrawer
      open
      form={form}
      title={t('load')}
      consequence={t('loadConsequence')}
      verb={t('load')}
      done={t('loadedNow')}
      initial={{ pay: 'now' }}
      onSubmit={submit}
      onClose={onClose}
    >
      <Form.Item name="number" label={t('number')} extra={t('numberHelp')} rules={required}>
        <Input maxLength={40} autoComplete="off" />
      </Form.Item>
      <YuanItem name="amount" />
      <Form.Item name="pay" label={t('pay')}>
        <Radio.Group options={(['now', 'account'] as const).map((value) => ({ value, label: t(`pays.${value}`) }))} />
      </Form.Item>
      {pay === 'account' && (
        <Form.Item name="due_on" label={t('dueOn')} rules={required}>
          <Input type="date" />
        </Form.Item>
      )}
    </ActionDrawer>
  );
}

function Record({ terminal, onClose }: ActProps) {
  const t = useT('airtime');
  const [key] = useState(keeper);
  const [form] = Form.useForm<{ number: string; flow: string; amount: string; occurred_on: string; reference?: string }>();
  const flow = Form.useWatch('flow', form);
  const submit = async (values: { number: string; flow: string; amount: string; occurred_on: string; reference?: string }) => {
    const body = {
      number: values.number.trim(),
      flow: values.flow,
      amount: fen(values.amount),
      occurred_on: values.occurred_on,
      reference: values.flow === 'reversed' ? (values.reference ?? '').trim() : '',
    };
    const once = key(body);
    const params = { path: { serial: terminal.serial }, header: header(once) };
    await answer(http.POST('/api/v1/terminals/{serial}/movements', { params, headers: onceHeader(once), body }));
    await refresh();
  };
  const required = [{ required: true, whitespace: true, message: t('fieldMissing') }];
  return (
    <ActionDrawer
      open
      form={form}
      title={t('record')}
      consequence={t('recordConsequence')}
      verb={t('record')}
      done={t('recorded')}
      initial={{ flow: 'sold' }}
      onSubmit={submit}
      onClose={onClose}
    >
      <Form.Item name="flow" label={t('flow')}>
        <Radio.Group options={(['sold', 'reversed'] as const).map((value) => ({ value, label: t(`flows.${value}`) }))} />
      </Form.Item>
      <Form.Item name="number" label={t('number')} extra={t('numberHelp')} rules={required}>
        <Input maxLength={40} autoComplete="off" />
      </Form.Item>
      <YuanItem name="amount" />
      <Form.Item name="occurred_on" label={t('day')} rules={required}>
        <Input type="date" />
      </Form.Item>
      {flow === 'reversed' && (
        <Form.Item name="reference" label={t('reference')} rules={required}>
          <Input maxLength={40} autoComplete="off" />
        </Form.Item>
      )}
    </ActionDrawer>
  );
}
