import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { answer, api, http, queries, type Schema } from '@/api/client';
import { useT } from '@/i18n';
import { dayPlus } from '@/shared/format/time';
import { Badge, Btn, Card, Loaded, Page, Segments, Sheet, TextBox, TextField, Trouble, toast } from '../../kit';
import { useOwner, useToday } from './hooks';
import { Remedies } from './Remedies';

type Summary = Schema<'FieldSummary'>;
type Line = Summary['lines'][number];

/** How many days one looks back on. */
const SPANS = { week: 7, month: 28 } as const;
type Span = keyof typeof SPANS;

/** 周月总结 on the phone: plan, result and gap, and what is missing taken into the time after it (R2.14). */
export default function ReviewPage() {
  const t = useT('phoneField');
  const { login } = useOwner();
  const today = useToday();
  const [span, setSpan] = useState<Span>('week');
  const asked = { manager: login, from: dayPlus(today, 1 - SPANS[span]), to: today };
  const query = api.useQuery('get', '/api/v1/field/summary', { params: { query: asked } });
  return (
    <Page title={t('review.title')} back="/field">
      <Segments
        label={t('review.span')}
        value={span}
        onChange={(value) => setSpan(value as Span)}
        options={(['week', 'month'] as const).map((value) => ({ value, label: t(`review.${value}`) }))}
      />
      <Loaded query={query} rows={6}>
        {(summary) => <Lines key={span} summary={summary} days={SPANS[span]} />}
      </Loaded>
      <Remedies />
    </Page>
  );
}

function Lines({ summary, days }: { summary: Summary; days: number }) {
  const t = useT('phoneField');
  const [turning, setTurning] = useState<Line>();
  const { remedies, from, to } = summary;
  const made = (line: Line) => remedies.some((one) => one.line === line.code && one.outlet === '' && one.from <= to && one.to >= from);
  return (
    <>
      {summary.lines.map((line) => (
        <Card
          key={line.code}
          title={line.name}
          extra={line.gap ? <Badge tone="warn">{t('review.gap', { gap: line.gap })}</Badge> : undefined}
        >
          <span className="m-muted">{t('review.of', { result: line.result, plan: line.plan ?? '—' })}</span>
          {made(line) ? (
            <Badge tone="info">{t('review.made')}</Badge>
          ) : line.gap && summary.may_remedy ? (
            <Btn onClick={() => setTurning(line)}>{t('review.turn')}</Btn>
          ) : null}
        </Card>
      ))}
      {turning && (
        <Turn key={turning.code} summary={summary} line={turning} due={dayPlus(to, days)} onClose={() => setTurning(undefined)} />
      )}
    </>
  );
}

/** A line becomes a task, by default by the end of as long a time. */
function Turn({ summary, line, due, onClose }: { summary: Summary; line: Line; due: string; onClose: () => void }) {
  const t = useT('phoneField');
  const { manager, from, to } = summary;
  const [text, setText] = useState(t('review.makeUp', { name: line.name, gap: line.gap ?? 0 }));
  const [day, setDay] = useState(due);
  const make = useMutation({
    mutationFn: () => {
      const body = { manager, from, to, line: line.code, text: text.trim(), due_on: day };
      return answer(http.POST('/api/v1/field/remedies', { body }));
    },
    onSuccess: async () => {
      toast(t('review.made'));
      onClose();
      await queries.invalidateQueries();
    },
  });
  const blocked = text.trim().length < 2 ? t('review.textMissing') : day <= to ? t('review.early') : undefined;
  return (
    <Sheet open title={t('review.turn')} onClose={onClose}>
      {make.error && <Trouble error={make.error} />}
      <TextBox label={t('review.text')} rows={3} max={300} value={text} onChange={setText} />
      <TextField label={t('review.due')} type="date" value={day} onChange={setDay} />
      <Btn kind="main" wide busy={make.isPending} blocked={blocked} onClick={() => make.mutate()}>
        {t('review.turn')}
      </Btn>
    </Sheet>
  );
}
