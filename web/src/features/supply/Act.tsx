import { Button, Checkbox, Form, Input } from 'antd';
import { useState } from 'react';
import { answer, http } from '@/api/client';
import { useT } from '@/i18n';
import { keeper } from '@/shared/flows/acts';
import { act, GRAVE, REASONED, serialsOf, type SupplyVerb, type SupplyWhole } from '@/shared/supply';
import { ActionDrawer } from '@/shared/ui/Drawers';

interface Values {
  note?: string;
  promised_on?: string;
  typed?: string;
  serials?: string[];
}

/** One act on an order: what follows, what has to be said or scanned, the verb. */
export function Act({ verb, whole, onClose }: { verb: SupplyVerb; whole: SupplyWhole; onClose: () => void }) {
  const t = useT('supply');
  const [key] = useState(keeper);
  const [form] = Form.useForm<Values>();
  const { id, version } = whole.order;
  const submit = async (values: Values) => {
    const serials = verb === 'ship' ? serialsOf(values.typed ?? '') : (values.serials ?? []);
    const given = { note: values.note?.trim(), promised_on: values.promised_on, serials };
    await act(verb, { id, version, key: key([verb, id, version, given]) }, given);
  };
  return (
    <ActionDrawer<Values>
      open
      form={form}
      title={t(`verbs.${verb}`)}
      consequence={t(`consequence.${verb}`)}
      verb={t(`verbs.${verb}`)}
      danger={GRAVE.includes(verb)}
      done={t('doneNow')}
      initial={{ promised_on: whole.order.wanted_on }}
      onSubmit={submit}
      onClose={onClose}
    >
      {verb === 'confirm' && (
        <Form.Item name="promised_on" label={t('promisedOn')} rules={[{ required: true, message: t('fieldMissing') }]}>
          <Input type="date" />
        </Form.Item>
      )}
      {verb === 'ship' && <Scan id={id} onPick={(serials) => form.setFieldValue('typed', serials.join('\n'))} />}
      {verb === 'receive' && <Tick label={t('missing')} states={['shipped']} whole={whole} />}
      {verb === 'return' && <Tick label={t('toReturn')} states={['received']} whole={whole} required />}
      {REASONED.includes(verb) && (
        <Form.Item name="note" label={t('reason')} rules={[{ required: true, min: 2, whitespace: true, message: t('reasonMissing') }]}>
          <Input.TextArea rows={3} maxLength={100} showCount />
        </Form.Item>
      )}
    </ActionDrawer>
  );
}

/** Serials that go out: scanned one a line, or those that lie in the store longest. */
function Scan({ id, onPick }: { id: string; onPick: (serials: string[]) => void }) {
  const t = useT('supply');
  const [lacking, setLacking] = useState(0);
  const [busy, setBusy] = useState(false);
  const pick = async () => {
    setBusy(true);
    try {
      const picks = await answer(http.GET('/api/v1/supply/orders/{id}/picks', { params: { path: { id } } }));
      setLacking(picks.lacking);
      onPick(picks.serials);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      <Button loading={busy} onClick={() => void pick()} style={{ marginBottom: 12 }}>
        {t('pick')}
      </Button>
      {lacking > 0 && <p role="alert">{t('lacking', { count: lacking })}</p>}
      <Form.Item name="typed" label={t('serials')} extra={t('scanHelp')} rules={[{ required: true, message: t('fieldMissing') }]}>
        <Input.TextArea rows={8} inputMode="numeric" />
      </Form.Item>
    </>
  );
}

interface TickProps {
  label: string;
  states: readonly string[];
  whole: SupplyWhole;
  required?: boolean;
}

/** Pieces of the order to be ticked. */
function Tick({ label, states, whole, required = false }: TickProps) {
  const t = useT('supply');
  const options = whole.pieces
    .filter((piece) => states.includes(piece.state))
    .map((piece) => ({ value: piece.serial, label: `${piece.serial} ${whole.lines[piece.line - 1]?.name ?? ''}` }));
  return (
    <Form.Item name="serials" label={label} rules={required ? [{ required: true, message: t('fieldMissing') }] : []}>
      <Checkbox.Group options={options} style={{ display: 'grid', gap: 8 }} />
    </Form.Item>
  );
}
