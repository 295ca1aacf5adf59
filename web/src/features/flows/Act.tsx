import { Alert, Checkbox, Form, Input, Radio, Select } from 'antd';
import { useState } from 'react';
import type { Schema } from '@/api/client';
import { useT } from '@/i18n';
import { act, GRAVE, keeper, REASONED, refresh, type Given, type Verb } from '@/shared/flows/acts';
import { Signature } from '@/shared/flows/Signature';
import { useSeen } from '@/shared/flows/useSeen';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { Fields } from './Fields';
import { PeoplePick } from '@/shared/flows/Pick';

type Whole = Schema<'ApplicationWhole'>;

interface Props {
  verb: Verb;
  whole: Whole;
  /** Reads it anew; what it is then. */
  reload: () => Promise<Whole | undefined>;
  onClose: () => void;
}

interface Values {
  text?: string;
  to?: string[];
  step?: string;
  straight?: boolean;
  turn?: number;
}

const WITH_PEOPLE: readonly Verb[] = ['hand_over', 'add_before', 'add_after', 'copy', 'comment'];
const NO_OWN: never[] = [];

/** One verb on an application: what follows, what goes with it. */
export function Act({ verb, whole, reload, onClose }: Props) {
  const t = useT('flows');
  const [key] = useState(keeper);
  const [signature, setSignature] = useState<string>();
  const { version, editable, fill, edits, stale } = useSeen(verb, whole, reload);
  const signs = verb === 'agree' && whole.needs_signature;
  const submit = async ({ text, to, step, straight, turn }: Values) => {
    const given: Given = { text: text?.trim(), to, step, straight, turn, signature, edits: edits() };
    await act(verb, { id: whole.head.id, version, key: key([verb, version, given]) }, given);
    await refresh();
  };
  const blocked = (signs && !signature ? t('signFirst') : undefined) ?? (editable.length > 0 ? fill.slip : undefined);
  return (
    <ActionDrawer<Values>
      open
      title={`${t(`verbs.${verb}`)} · ${whole.head.id}`}
      consequence={t(`helps.${verb}`)}
      verb={t(`verbs.${verb}`)}
      danger={GRAVE.includes(verb)}
      done={t('acted', { verb: t(`verbs.${verb}`) })}
      blocked={blocked}
      width={editable.length > 0 || signs ? 560 : 420}
      initial={{ step: '', straight: false }}
      onSubmit={submit}
      onStale={stale}
      onClose={onClose}
    >
      {verb === 'agree' && whole.barred && (
        <Alert type="error" showIcon style={{ marginBottom: 12 }} title={t('barred', { why: whole.barred })} />
      )}
      {WITH_PEOPLE.includes(verb) && <People verb={verb} />}
      {verb === 'remove' && <Turns whole={whole} />}
      {verb === 'return' && <Back whole={whole} />}
      {editable.length > 0 && (
        <div style={{ marginBottom: 16 }}>
          <Fields fields={editable} fill={fill} names={whole.names} own={NO_OWN} />
        </div>
      )}
      {verb !== 'submit' && verb !== 'save' && <Opinion verb={verb} />}
      {signs && <Signature label={t('signature')} help={t('signatureHelp')} clear={t('signAgain')} onChange={setSignature} />}
    </ActionDrawer>
  );
}

function Opinion({ verb }: { verb: Verb }) {
  const t = useT('flows');
  const must = REASONED.includes(verb);
  return (
    <Form.Item
      name="text"
      label={verb === 'comment' ? t('comment') : must ? t('reason') : t('opinion')}
      rules={must ? [{ required: true, whitespace: true, min: 2, message: t('reasonMissing') }] : []}
    >
      <Input.TextArea rows={3} maxLength={1000} showCount />
    </Form.Item>
  );
}

function People({ verb }: { verb: Verb }) {
  const t = useT('flows');
  const one = verb === 'hand_over';
  const title = verb === 'comment' ? t('mention') : one ? t('toPerson') : t('toPeople');
  const must = verb !== 'comment';
  return (
    <Form.Item
      name="to"
      label={title}
      getValueFromEvent={(logins: string[]) => (one ? logins.slice(-1) : logins)}
      rules={must ? [{ required: true, type: 'array', min: 1, message: t('personMissing') }] : []}
    >
      <PeoplePick />
    </Form.Item>
  );
}

/** Which addition of one's own is taken back. */
function Turns({ whole }: { whole: Whole }) {
  const t = useT('flows');
  const turns = whole.seats.flatMap((seat) => seat.turns).filter((turn) => turn.removable);
  return (
    <Form.Item name="turn" label={t('removeWhom')} rules={[{ required: true, message: t('personMissing') }]}>
      <Select options={turns.map((turn) => ({ value: turn.id, label: turn.candidates.map((one) => one.name).join(t('and')) }))} />
    </Form.Item>
  );
}

/** To whom it goes back, and which way it comes again. */
function Back({ whole }: { whole: Whole }) {
  const t = useT('flows');
  return (
    <>
      <Form.Item name="step" label={t('returnTo')}>
        <Radio.Group
          style={{ display: 'grid', gap: 4 }}
          options={[
            { value: '', label: t('toApplicant', { name: whole.head.applicant.name }) },
            ...whole.passed.map((one) => ({
              value: one.step,
              label: [one.title, one.agreed.map((party) => party.name).join(t('and'))].filter(Boolean).join(' · '),
            })),
          ]}
        />
      </Form.Item>
      <Form.Item name="straight" valuePropName="checked">
        <Checkbox>{t('straight')}</Checkbox>
      </Form.Item>
    </>
  );
}
