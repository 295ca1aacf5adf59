import { useState } from 'react';
import { answer, http, ifMatch, onceHeader, queries, type Schema } from '@/api/client';
import { ApiError } from '@/api/errors';
import { useLabel, useT } from '@/i18n';
import { keeper } from '@/shared/flows/acts';
import { fenOf, money } from '@/shared/format/money';
import { Btn, RadioList, Sheet, Strip, TextBox, TextField, toast } from '../../kit';

const SEEN = ['tag', 'quoted', 'rival', 'complaint'] as const;
const HABITS = ['ends_8_9', 'margin', 'follow', 'free'] as const;

const refresh = () => queries.invalidateQueries({ predicate: ({ queryKey: [, path] }) => /\/price/.test(String(path)) });

/** Does something with the server; what it refuses is said. */
function useDoing() {
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState('');
  const run = async (work: () => Promise<void>) => {
    setBusy(true);
    setRefused('');
    try {
      await work();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setRefused(error.message);
    } finally {
      setBusy(false);
    }
  };
  return { busy, refused, run };
}

interface PriceProps {
  outlet: string;
  row: Schema<'LivePrice'>;
  onClose: () => void;
}

/** Notes the price somebody sees; the suggested one stands there already, so that only what differs is typed. */
export function NotePrice({ outlet, row, onClose }: PriceProps) {
  const t = useT('phonePrice');
  const label = useLabel('phonePrice');
  const [seen, setSeen] = useState<string>('tag');
  const [typed, setTyped] = useState(money(row.suggested).replaceAll(',', ''));
  const [note, setNote] = useState('');
  const [key] = useState(keeper);
  const { busy, refused, run } = useDoing();
  const amount = fenOf(typed);
  const good = amount !== undefined && amount > 0;
  const save = () =>
    run(async () => {
      const body = { outlet, product: row.product, seen, amount: amount ?? 0, note: note.trim() };
      const once = key(body);
      const check = await answer(
        http.POST('/api/v1/price-checks', { params: { header: { 'Idempotency-Key': once } }, headers: onceHeader(once), body }),
      );
      toast(t('judged', { product: row.product_name, verdict: label('verdicts', check.verdict) }));
      await refresh();
      onClose();
    });
  return (
    <Sheet open title={`${t('note')} ${row.product_name}`} onClose={onClose}>
      {refused && <Strip tone="bad">{refused}</Strip>}
      <RadioList
        label={t('seenWhat')}
        value={seen}
        onChange={setSeen}
        options={SEEN.map((value) => ({ value, label: t(`seenKinds.${value}`) }))}
      />
      <TextField label={t('amount')} inputMode="decimal" value={typed} onChange={setTyped} {...(good ? {} : { wrong: t('amountWrong') })} />
      <TextBox label={t('words')} value={note} onChange={setNote} rows={2} max={500} />
      <Btn kind="main" wide busy={busy || !good} onClick={() => void save()}>
        {t('save')}
      </Btn>
    </Sheet>
  );
}

/** Notes how an outlet sets its prices. */
export function NoteHabit({ live, onClose }: { live: Schema<'LivePrices'>; onClose: () => void }) {
  const t = useT('phonePrice');
  const [habit, setHabit] = useState(live.habit.habit || 'ends_8_9');
  const [note, setNote] = useState(live.habit.note);
  const { busy, refused, run } = useDoing();
  const save = () =>
    run(async () => {
      const params = { path: { outlet: live.outlet }, header: ifMatch(live.habit.version) };
      const body = { habit, note: note.trim() };
      await answer(http.PUT('/api/v1/prices/{outlet}/habit', { params, headers: ifMatch(live.habit.version), body }));
      toast(t('habitSaved'));
      await refresh();
      onClose();
    });
  return (
    <Sheet open title={t('habitNote')} onClose={onClose}>
      {refused && <Strip tone="bad">{refused}</Strip>}
      <RadioList
        label={t('habit')}
        value={habit}
        onChange={setHabit}
        options={HABITS.map((value) => ({ value, label: t(`habits.${value}`) }))}
      />
      <TextBox label={t('words')} value={note} onChange={setNote} rows={2} max={200} />
      <Btn kind="main" wide busy={busy} onClick={() => void save()}>
        {t('save')}
      </Btn>
    </Sheet>
  );
}

/** Says something in a case for the outlet. */
export function SayInCase({ one, onClose }: { one: Schema<'PriceCase'>; onClose: () => void }) {
  const t = useT('phonePrice');
  const [words, setWords] = useState('');
  const { busy, refused, run } = useDoing();
  const answers = one.state === 'notified';
  const short = words.trim().length < 2;
  const send = () =>
    run(async () => {
      const params = { path: { id: one.id }, header: ifMatch(one.version) };
      const sent = { params, headers: ifMatch(one.version), body: { words: words.trim() } };
      await (answers
        ? answer(http.POST('/api/v1/price-cases/{id}/explain', sent))
        : answer(http.POST('/api/v1/price-cases/{id}/appeal', sent)));
      toast(t('sent'));
      await refresh();
      onClose();
    });
  const verb = answers ? t('answer') : t('appeal');
  return (
    <Sheet open title={`${verb} ${one.id}`} onClose={onClose}>
      {refused && <Strip tone="bad">{refused}</Strip>}
      <TextBox label={verb} help={answers ? t('answerHelp') : undefined} value={words} onChange={setWords} rows={6} max={2000} />
      <Btn kind="main" wide busy={busy} blocked={short ? t('tooShort') : undefined} onClick={() => void send()}>
        {verb}
      </Btn>
    </Sheet>
  );
}
