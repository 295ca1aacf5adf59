import { Checkbox, Form, Input, Radio, type FormInstance } from 'antd';
import { useState, type ReactNode } from 'react';
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
      <Form.Item name="serials" label={t('serials')} extra={t('serialsHelp')} rules={required(t('fieldMissing'))}>
        <Input.TextArea rows={6} />
      </Form.Item>
      <Form.Item name="model" label={t('model')} rules={required(t('fieldMissing'))}>
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
      <Form.Item name="outlet" label={t('outlet')} rules={required(t('fieldMissing'))}>
        <PlacePick kind="outlet" />
      </Form.Item>
      <Form.Item name="agreement" label={t('agreement')} extra={t('agreementHelp')} rules={required(t('fieldMissing'))}>
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

interface MovementValues {
  number: string;
  amount: string;
  kind: string;
}

interface MovementProps<Values extends MovementValues> {
  act: 'load' | 'record';
  done: string;
  kind: string;
  kinds: { value: string; label: string }[];
  form: FormInstance<Values>;
  onSubmit: (values: Values) => Promise<void>;
  onClose: () => void;
  children: ReactNode;
}

const required = (message: string) => [{ required: true, whitespace: true, message }];

/** A movement with the top-up system's number: how it is meant, its amount, and what belongs to it. */
function Movement<Values extends MovementValues>({ act, done, kind, kinds, form, onSubmit, onClose, children }: MovementProps<Values>) {
  const t = useT('airtime');
  return (
    <ActionDrawer<Values>
      open
      form={form}
      title={t(act)}
      consequence={t(`${act}Consequence`)}
      verb={t(act)}
      done={done}
      initial={{ kind: kinds[0]!.value } as Partial<Values>}
      onSubmit={onSubmit}
      onClose={onClose}
    >
      <Form.Item name="kind" label={kind}>
        <Radio.Group options={kinds} />
      </Form.Item>
      <Form.Item name="number" label={t('number')} extra={t('numberHelp')} rules={required(t('fieldMissing'))}>
        <Input maxLength={40} autoComplete="off" />
      </Form.Item>
      <YuanItem name="amount" />
      {children}
    </ActionDrawer>
  );
}

/** A day of a movement. */
function DayItem({ name, label }: { name: string; label: string }) {
  const t = useT('airtime');
  return (
    <Form.Item name={name} label={label} rules={required(t('fieldMissing'))}>
      <Input type="date" />
    </Form.Item>
  );
}

function Load({ terminal, onClose }: ActProps) {
  const t = useT('airtime');
  const [key] = useState(keeper);
  const [form] = Form.useForm<MovementValues & { due_on?: string }>();
  const pay = Form.useWatch('kind', form);
  const submit = async (values: MovementValues & { due_on?: string }) => {
    const due_on = values.kind === 'account' ? values.due_on : undefined;
    const body = { number: values.number.trim(), amount: fen(values.amount), ...(due_on ? { due_on } : {}) };
    const once = key(body);
    const params = { path: { serial: terminal.serial }, header: header(once) };
    await answer(http.POST('/api/v1/terminals/{serial}/load', { params, headers: onceHeader(once), body }));
    await refresh();
  };
  const kinds = (['now', 'account'] as const).map((value) => ({ value, label: t(`pays.${value}`) }));
  return (
    <Movement act="load" done={t('loadedNow')} kind={t('pay')} kinds={kinds} form={form} onSubmit={submit} onClose={onClose}>
      {pay === 'account' && <DayItem name="due_on" label={t('dueOn')} />}
    </Movement>
  );
}

function Record({ terminal, onClose }: ActProps) {
  const t = useT('airtime');
  const [key] = useState(keeper);
  const [form] = Form.useForm<MovementValues & { occurred_on: string; reference?: string }>();
  const flow = Form.useWatch('kind', form);
  const submit = async (values: MovementValues & { occurred_on: string; reference?: string }) => {
    const reference = values.kind === 'reversed' ? (values.reference ?? '').trim() : '';
    const { kind, number, amount, occurred_on } = values;
    const body = { number: number.trim(), flow: kind, amount: fen(amount), occurred_on, reference };
    const once = key(body);
    const params = { path: { serial: terminal.serial }, header: header(once) };
    await answer(http.POST('/api/v1/terminals/{serial}/movements', { params, headers: onceHeader(once), body }));
    await refresh();
  };
  const kinds = (['sold', 'reversed'] as const).map((value) => ({ value, label: t(`flows.${value}`) }));
  return (
    <Movement act="record" done={t('recorded')} kind={t('flow')} kinds={kinds} form={form} onSubmit={submit} onClose={onClose}>
      <DayItem name="occurred_on" label={t('day')} />
      {flow === 'reversed' && (
        <Form.Item name="reference" label={t('reference')} rules={required(t('fieldMissing'))}>
          <Input maxLength={40} autoComplete="off" />
        </Form.Item>
      )}
    </Movement>
  );
}
