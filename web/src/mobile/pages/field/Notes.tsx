import { useState } from 'react';
import { useT } from '@/i18n';
import { dayPlus } from '@/shared/format/time';
import { Btn, Segments, Sheet, TextBox, TextField, toast } from '../../kit';
import type { Shot } from './draft';
import { useMark, useOwner, type Visiting } from './hooks';
import { ulid } from './ids';
import { Camera, Later } from './parts';
import { path, type Note, type NoteKind } from './records';
import { keepTask } from './tasks';

/** A note for the digest: what a competitor does, what customers say, where the market goes. */
export function NoteSheet({ visiting, onClose }: { visiting: Visiting; onClose: () => void }) {
  const t = useT('phoneField');
  const mark = useMark(visiting.stop);
  const [id] = useState(ulid);
  const [note, setNote] = useState<Note>({ kind: 'competitor', text: '', photos: [] });
  // Kept as it is written: a browser that is killed loses nothing of it.
  const change = async (patch: Partial<Note>, shots: Shot[] = []) => {
    const next = { ...note, ...patch };
    setNote(next);
    if (next.text !== '' || next.photos.length > 0) await visiting.write([{ path: path.note(id), value: next }], shots);
  };
  return (
    <Sheet open title={t('notes.add')} onClose={onClose}>
      <Segments
        label={t('notes.kind')}
        value={note.kind}
        options={(['competitor', 'customer', 'market'] as const).map((value) => ({ value, label: t(`notes.${value}`) }))}
        onChange={(value) => void change({ kind: value as NoteKind })}
      />
      <Later label={t('notes.text')} max={500} value={note.text} onKeep={(text) => void change({ text })} />
      <Camera mark={mark} onShot={(shot) => change({ photos: [...note.photos, shot.sha256] }, [shot])}>
        {t('notes.photo', { count: note.photos.length })}
      </Camera>
      <Btn kind="main" wide onClick={onClose}>
        {t('notes.keep')}
      </Btn>
    </Sheet>
  );
}

/** A promise to the outlet with its day; it is reminded of and counted. */
export function PromiseSheet({ visiting, onClose }: { visiting: Visiting; onClose: () => void }) {
  const t = useT('phoneField');
  const { login } = useOwner();
  const { stop, as, visit } = visiting;
  const [text, setText] = useState('');
  const [due, setDue] = useState(dayPlus(as.day, 7));
  const keep = async () => {
    const promise = {
      id: ulid(),
      outlet: stop.outlet.code,
      outletName: stop.outlet.name,
      visit: visit?.id ?? null,
      text: text.trim(),
      due_on: due,
    };
    await keepTask(login, { kind: 'promise', promise });
    toast(t('promise.noted'));
    onClose();
  };
  const why = text.trim().length < 2 ? t('promise.missing') : due < as.day ? t('promise.past') : undefined;
  return (
    <Sheet open title={t('promise.add')} onClose={onClose}>
      <TextBox label={t('promise.text')} rows={2} max={300} value={text} onChange={setText} />
      <TextField label={t('promise.due')} type="date" value={due} onChange={setDue} />
      <Btn kind="main" wide blocked={why} onClick={() => void keep()}>
        {t('promise.keep')}
      </Btn>
    </Sheet>
  );
}
