import { Link } from '@tanstack/react-router';
import { Button, Progress, Space } from 'antd';
import { useState } from 'react';
import { api, type Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { saveCsv } from '@/shared/csv';
import { range } from '@/shared/format/time';
import { Block } from '@/shared/ui/Block';
import { PageHead } from '@/shared/ui/PageHead';
import { PlainTable } from '@/shared/ui/PlainTable';
import { QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { Figures, ManagerPick, OfManager, Outlets, share, SpanPick, useManager, useSpan } from './parts';
import { MakeRemedy, Remedies, remedyOf, UNVISITED, type Shortcoming } from './Remedies';
import { REMEDY_TONES } from './tones';

type Summary = Schema<'FieldSummary'>;

/** 周月总结: what a review of a week or month begins with: plan, result, gap; and tasks of the time after it, made of what is missing (R2.14). */
export default function SummaryPage() {
  return <OfManager>{(login) => <Of key={login} manager={login} />}</OfManager>;
}

function Of({ manager }: { manager: string }) {
  const t = useT('field');
  const common = useT('common');
  const who = useManager();
  const span = useSpan(6);
  const query = api.useQuery('get', '/api/v1/field/summary', { params: { query: { manager, from: span.from, to: span.to } } });
  return (
    <>
      <PageHead
        title={t('summary')}
        note={query.data && `${query.data.manager_name} · ${range(query.data.from, query.data.to)}`}
        actions={
          <Space wrap>
            <ManagerPick value={manager} managers={who.managers} onChange={who.pick} />
            <SpanPick from={span.from} to={span.to} onChange={span.pick} />
            <Button disabled={!query.data} onClick={() => query.data && exported(query.data, t)}>
              {common('export')}
            </Button>
            <Button onClick={() => print()}>{common('print')}</Button>
          </Space>
        }
      />
      <QueryState query={query} rows={12}>
        {(summary) => <Content summary={summary} />}
      </QueryState>
    </>
  );
}

function Content({ summary }: { summary: Summary }) {
  const t = useT('field');
  const { adherence, strike, minutes, promises, visits } = summary;
  const [turning, setTurning] = useState<Shortcoming>();
  return (
    <>
      <Figures
        rows={[
          [t('visitsCounted'), visits.counted],
          [t('visitsHeld'), visits.held],
          [t('planShare'), share(adherence.plan_share)],
          [t('strike'), share(strike.share)],
          [t('keptRate'), share(promises.share)],
          [t('inside'), minutes.inside],
          [t('between'), minutes.between],
          [t('putOffTasks'), summary.put_off],
        ]}
      />
      <div style={{ height: 12 }} />
      <Block title={t('planResultGap')}>
        <Lines summary={summary} onTurn={setTurning} />
      </Block>
      <Block title={t('remedies')}>
        <Remedies rows={summary.remedies} may={summary.may_remedy} />
      </Block>
      <Block
        title={t('unvisited', { count: summary.unvisited.length })}
        extra={
          summary.may_remedy &&
          summary.unvisited.some((outlet) => !remedyOf(summary, UNVISITED, outlet.code)) && (
            <Button
              size="small"
              aria-label={t('toTaskOf', { name: t('unvisitedOutlet') })}
              onClick={() => setTurning({ line: UNVISITED, text: '' })}
            >
              {t('toTask')}
            </Button>
          )
        }
      >
        <Outlets rows={summary.unvisited} most={100} />
      </Block>
      <Block title={t('unsent', { count: summary.unsent.length })}>
        {summary.unsent.length === 0
          ? t('allSent')
          : summary.unsent.map((day, at) => (
              <span key={day}>
                {at > 0 && t('comma')}
                <Link to="/field/diary" search={{ manager: summary.manager, day } as never}>
                  {day}
                </Link>
              </span>
            ))}
      </Block>
      <div className="signatures">
        <span>{t('signManager')}</span>
        <span>{t('signSupervisor')}</span>
      </div>
      {turning && <MakeRemedy summary={summary} of={turning} onClose={() => setTurning(undefined)} />}
    </>
  );
}

function Lines({ summary, onTurn }: { summary: Summary; onTurn: (of: Shortcoming) => void }) {
  const t = useT('field');
  const label = useLabel('field');
  const followed = (line: Summary['lines'][number]) => {
    const made = remedyOf(summary, line.code);
    if (made) return <StatusTag tone={REMEDY_TONES[made.state]}>{`${t('asTask')} · ${label('remedyStates', made.state)}`}</StatusTag>;
    if (!line.gap || !summary.may_remedy) return '—';
    const text = t('makeUp', { name: line.name, gap: line.gap });
    return (
      <Button size="small" aria-label={t('toTaskOf', { name: line.name })} onClick={() => onTurn({ line: line.code, text })}>
        {t('toTask')}
      </Button>
    );
  };
  return (
    <PlainTable
      label={t('planResultGap')}
      heads={[t('figure'), { num: t('planned') }, { num: t('result') }, { num: t('gap') }, t('reachedShare'), t('followed')]}
    >
      <tbody>
        {summary.lines.map((line) => (
          <tr key={line.code}>
            <th scope="row">{line.name}</th>
            <td className="num">{line.plan ?? '—'}</td>
            <td className="num">{line.result}</td>
            <td className={line.gap ? 'num negative' : 'num'}>{line.gap ?? '—'}</td>
            <td style={{ minWidth: 160 }}>
              {line.share === null ? (
                '—'
              ) : (
                <Progress percent={Math.min(100, Math.round(line.share / 100))} size="small" aria-label={line.name} />
              )}
            </td>
            <td>{followed(line)}</td>
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}

function exported(summary: Summary, t: ReturnType<typeof useT<'field'>>) {
  const head = ['figure', 'planned', 'result', 'gap', 'reachedShare'] as const;
  const rows = summary.lines.map((line) => [
    line.name,
    String(line.plan ?? ''),
    String(line.result),
    String(line.gap ?? ''),
    share(line.share),
  ]);
  saveCsv([head.map((key) => t(key)), ...rows], `${t('summary')} ${summary.manager_name} ${summary.from} ${summary.to}`);
}
