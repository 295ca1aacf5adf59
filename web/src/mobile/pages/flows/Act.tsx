import { useState } from 'react';
import type { Schema } from '@/api/client';
import { isApiError } from '@/api/errors';
import { useT } from '@/i18n';
import { act, GRAVE, keeper, REASONED, refresh, type Given, type Verb } from '@/shared/flows/acts';
import type { Found } from '@/shared/flows/found';
import type { Change } from '@/shared/flows/form';
import { Signature } from '@/shared/flows/Signature';
import { useSeen } from '@/shared/flows/useSeen';
import { Btn, RadioList, Sheet, Strip, TextBox, toast, Trouble } from '../../kit';
import { Changed } from './Changed';
import { Fields } from './Fields';
import { People } from './Pick';

type Whole = Schema<'ApplicationWhole'>;

interface Props {
  verb: Verb;
  whole: Whole;
  /** Reads it anew; what it is then. */
  reload: () => Promise<Whole | undefined>;
  onClose: () => void;
}

const WITH_PEOPLE: readonly Verb[] = ['hand_over', 'add_before', 'add_after', 'copy', 'comment'];
const NO_OWN: never[] = [];

/** One verb on an application: what follows, what goes with it. */
export function Act({ verb, whole, reload, onClose }: Props) {
  const t = useT('flows');
  const [key] = useState(keeper);
  const [given, setGiven] = useState<Given>({ text: '', to: [], step: '', straight: false });
  const [people, setPeople] = useState<Found[]>([]);
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<unknown>();
  const [changes, setChanges] = useState<Change[]>([]);
  const { version, editable, fill, edits, stale } = useSeen(verb, whole, reload);
  const signs = verb === 'agree' && whole.needs_signature;
  const change = (patch: Given) => setGiven((before) => ({ ...before, ...patch }));
  const removable = whole.seats.flatMap((seat) => seat.turns).filter((turn) => turn.removable);
  const blocked = () => {
    if (REASONED.includes(verb) && (given.text ?? '').trim().length < 2) return t('reasonMissing');
    if (WITH_PEOPLE.includes(verb) && verb !== 'comment' && people.length === 0) return t('personMissing');
    if (verb === 'remove' && given.turn === undefined) return t('personMissing');
    if (signs && !given.signature) return t('signFirst');
    return fill.slip;
  };
  const submit = async () => {
    const body = { ...given, to: people.map((one) => one.code), edits: edits() };
    setBusy(true);
    setRefused(undefined);
    setChanges([]);
    try {
      await act(verb, { id: whole.head.id, version, key: key([verb, version, body]) }, body);
      toast(t('acted', { verb: t(`verbs.${verb}`) }));
      onClose();
      await refresh();
    } catch (error) {
      // What is on the page is read anew; what was typed here stays, and the next try goes on from there.
      if (isApiError(error) && error.code === 'platform.db.stale') setChanges(await stale());
      setRefused(error);
    } finally {
      setBusy(false);
    }
  };
  const add = (one: Found) => setPeople(verb === 'hand_over' ? [one] : [...people.filter((other) => other.code !== one.code), one]);
  return (
    <Sheet open title={t(`verbs.${verb}`)} onClose={onClose}>
      <p className="m-muted">{t(`helps.${verb}`)}</p>
      {verb === 'agree' && whole.barred && <Strip tone="bad">{t('barred', { why: whole.barred })}</Strip>}
      {refused !== undefined && <Trouble error={refused} />}
      <Changed changes={changes} />
      {verb === 'return' && <Back whole={whole} given={given} onChange={change} />}
      {verb === 'remove' && (
        <RadioList
          label={t('removeWhom')}
          value={given.turn === undefined ? '' : String(given.turn)}
          onChange={(turn) => change({ turn: Number(turn) })}
          options={removable.map((turn) => ({ value: String(turn.id), label: turn.candidates.map((one) => one.name).join(t('and')) }))}
        />
      )}
      {WITH_PEOPLE.includes(verb) && (
        <>
          {people.map((one) => (
            <div key={one.code} className="m-row">
              <span>{one.name}</span>
              <Btn onClick={() => setPeople(people.filter((other) => other.code !== one.code))}>{t('fileRemove', { name: one.name })}</Btn>
            </div>
          ))}
          <People label={verb === 'comment' ? t('mention') : verb === 'hand_over' ? t('toPerson') : t('toPeople')} onChoose={add} />
        </>
      )}
      {editable.length > 0 && <Fields fields={editable} fill={fill} names={whole.names} own={NO_OWN} />}
      {verb !== 'submit' && (
        <TextBox
          label={verb === 'comment' ? t('comment') : REASONED.includes(verb) ? t('reason') : t('opinion')}
          value={given.text ?? ''}
          max={1000}
          onChange={(text) => change({ text })}
        />
      )}
      {signs && (
        <Signature
          label={t('signature')}
          help={t('signatureHelp')}
          clear={t('signAgain')}
          onChange={(signature) => change({ signature })}
        />
      )}
      <Btn kind={GRAVE.includes(verb) ? 'bad' : 'main'} wide busy={busy} blocked={blocked()} onClick={() => void submit()}>
        {t('confirm', { verb: t(`verbs.${verb}`) })}
      </Btn>
    </Sheet>
  );
}

/** To whom it goes back, and which way it comes again. */
function Back({ whole, given, onChange }: { whole: Whole; given: Given; onChange: (patch: Given) => void }) {
  const t = useT('flows');
  return (
    <>
      <RadioList
        label={t('returnTo')}
        value={given.step ?? ''}
        onChange={(step) => onChange({ step })}
        options={[
          { value: '', label: t('toApplicant', { name: whole.head.applicant.name }) },
          ...whole.passed.map((one) => ({ value: one.step, label: one.title })),
        ]}
      />
      <label className="m-choice">
        <input type="checkbox" checked={given.straight ?? false} onChange={(event) => onChange({ straight: event.target.checked })} />
        {t('straight')}
      </label>
    </>
  );
}
