import { useState } from 'react';
import { isApiError } from '@/api/errors';
import { useT } from '@/i18n';
import { keeper } from '@/shared/flows/acts';
import { act, GRAVE, type Verb, type Whole } from '@/shared/orders/acts';
import { Btn, Sheet, TextBox, TextField, Trouble, toast } from '../../kit';

interface Props {
  verb: Verb;
  part?: string;
  whole: Whole;
  /** Somebody else acted on it: reads it anew. */
  onStale: () => Promise<void>;
  onClose: () => void;
}

/** One act on an order: what follows, what has to be said, the verb. */
export function ActSheet({ verb, part, whole, onStale, onClose }: Props) {
  const t = useT('phoneOrders');
  const [typed, setTyped] = useState('');
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<unknown>();
  const [key] = useState(keeper);
  const { id, version } = whole.order;
  const grave = GRAVE.includes(verb);
  const said = typed.trim();
  const blocked =
    grave && said.length < 2 ? t('act.reasonMissing') : verb === 'accept' && said === '' ? t('act.systemNoMissing') : undefined;
  const task = whole.tasks.find((one) => one.part === part)?.title ?? '';
  const submit = async () => {
    setBusy(true);
    setRefused(undefined);
    try {
      const content = verb === 'accept' ? { systemNo: said } : grave ? { reason: said } : { part, note: said };
      await act(verb, { id, version, key: key([verb, id, version, content]) }, content);
      toast(t('act.done'));
      onClose();
    } catch (error) {
      if (isApiError(error) && error.code === 'platform.db.stale') await onStale();
      setRefused(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <Sheet open title={[t(`verbs.${verb}`), task].filter(Boolean).join(' · ')} onClose={onClose}>
      <p>{t(`consequence.${verb}`)}</p>
      {refused !== undefined && <Trouble error={refused} />}
      {verb === 'accept' ? (
        <TextField label={t('one.systemNo')} autoComplete="off" value={typed} onChange={setTyped} />
      ) : (
        <TextBox label={grave ? t('one.reason') : t('act.note')} rows={2} max={200} value={typed} onChange={setTyped} />
      )}
      <Btn kind={grave ? 'bad' : 'main'} wide busy={busy} blocked={blocked} onClick={() => void submit()}>
        {t(`verbs.${verb}`)}
      </Btn>
    </Sheet>
  );
}
