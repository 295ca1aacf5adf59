import { Link, useParams } from '@tanstack/react-router';
import { Alert, Button, Timeline } from 'antd';
import { useState, type ReactNode } from 'react';
import { api } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { yuan } from '@/shared/format/money';
import { dateTime } from '@/shared/format/time';
import { Block } from '@/shared/ui/Block';
import { Money } from '@/shared/ui/Money';
import { PageHead } from '@/shared/ui/PageHead';
import { PlainTable } from '@/shared/ui/PlainTable';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { DecideAct, RecheckAct, WordsAct, type WordsVerb } from './CaseActs';
import { CASE_TONES, VERDICT_TONES, type CaseWhole, type Check, type Finding } from './data';

/** A case: its evidence, what was said and decided, and the next step. Printed, it is the file. */
export default function CasePage() {
  const { id = '' } = useParams({ strict: false }) as { id?: string };
  const query = api.useQuery('get', '/api/v1/price-cases/{id}', { params: { path: { id } } });
  return (
    <QueryState query={query} rows={12}>
      {(whole) => <Whole whole={whole} />}
    </QueryState>
  );
}

type Verb = WordsVerb | 'decide' | 'recheck';

/** The next steps somebody may take. */
function verbsOf({ case: one, may }: CaseWhole): Verb[] {
  const verbs: Verb[] = [];
  if (one.state === 'found' && may.handle) verbs.push('notify');
  if (one.state === 'notified' && may.answer) verbs.push('explain');
  if (one.state === 'decided' && may.answer) verbs.push('appeal');
  if (['explained', 'appealed'].includes(one.state) && may.decide) verbs.push('decide');
  if (one.state === 'notified' && one.waits && may.decide) verbs.push('decide');
  const nothing = one.measure === 'none';
  if (['decided', 'final'].includes(one.state) && may.handle && !nothing) verbs.push('recheck');
  if (may.handle && (one.state === 'rechecked' || (nothing && ['decided', 'final'].includes(one.state)))) verbs.push('close');
  return verbs;
}

function Whole({ whole }: { whole: CaseWhole }) {
  const t = useT('price');
  const common = useT('common');
  const label = useLabel('price');
  const [doing, setDoing] = useState<Verb>();
  const { case: one } = whole;
  const close = () => setDoing(undefined);
  return (
    <>
      <PageHead
        title={t('caseOf', { id: one.id })}
        note={
          <>
            <StatusTag tone={CASE_TONES[one.state]}>{label('caseStates', one.state)}</StatusTag> {one.outlet_name} · {one.product_name}
          </>
        }
        actions={
          <>
            {verbsOf(whole).map((verb) => (
              <Button key={verb} type={verb === 'appeal' ? 'default' : 'primary'} onClick={() => setDoing(verb)}>
                {t(`caseActs.${verb}`)}
              </Button>
            ))}
            <Button onClick={() => print()}>{common('print')}</Button>
          </>
        }
      />
      {whole.may.not_decide !== '' && ['explained', 'appealed', 'notified'].includes(one.state) && (
        <Alert type="info" showIcon title={label('notDecide', whole.may.not_decide)} style={{ marginBottom: 12 }} />
      )}
      <Block title={t('summary')}>
        <p style={{ marginTop: 0 }}>{one.summary}</p>
        <Facts whole={whole} />
      </Block>
      <Part title={t('steps')}>
        <Steps whole={whole} />
      </Part>
      <Part title={t('evidence')}>
        {whole.checks.length > 0 && <Checks rows={whole.checks} label={t('checks')} />}
        {whole.findings.length > 0 && <Findings rows={whole.findings} />}
        {whole.checks.length + whole.findings.length === 0 && <EmptyBox title={t('nothing')} />}
      </Part>
      {whole.neighbours.length > 0 && (
        <Part title={t('neighbours')}>
          <p className="muted">{t('neighboursHelp')}</p>
          <Checks rows={whole.neighbours} label={t('neighbours')} />
        </Part>
      )}
      <div className="signatures" aria-hidden="true">
        <span>{t('signHandler')}</span>
        <span>{t('signOutlet')}</span>
        <span>{t('signDecider')}</span>
      </div>
      {doing === 'decide' && <DecideAct whole={whole} onClose={close} />}
      {doing === 'recheck' && <RecheckAct whole={whole} onClose={close} />}
      {doing !== undefined && doing !== 'decide' && doing !== 'recheck' && <WordsAct key={doing} verb={doing} one={one} onClose={close} />}
    </>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div style={{ marginTop: 12 }}>
      <Block title={title}>{children}</Block>
    </div>
  );
}

function Facts({ whole: { case: one } }: { whole: CaseWhole }) {
  const t = useT('price');
  const label = useLabel('price');
  const facts: [string, string][] = [
    [t('kind'), label('caseKinds', one.kind)],
    [t('outlet'), `${one.outlet_name} ${one.outlet}`],
    [t('partner'), `${one.partner_name} ${one.partner}`],
    [t('area'), one.territory_name],
    [t('foundOn'), one.found_on],
    ...(one.mode ? [[t('mode'), label('modes', one.mode)] as [string, string]] : []),
    [t('answerDue'), one.answer_due ?? '—'],
    [t('appealDue'), one.appeal_due ?? '—'],
    [t('measure'), one.measure ? label('measures', one.measure) : '—'],
    ...(one.amount > 0 ? [[t('deduction'), yuan(one.amount)] as [string, string]] : []),
    ...(one.compensation > 0 ? [[t('compensation'), `${one.harmed_name} ${yuan(one.compensation)}`] as [string, string]] : []),
    ...(one.clause ? [[t('clause'), `${one.agreement} ${one.clause}`] as [string, string]] : []),
    [t('closedOn'), one.closed_on ?? '—'],
  ];
  return (
    <dl className="figures">
      {facts.map(([name, words]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{words}</dd>
        </div>
      ))}
    </dl>
  );
}

function Steps({ whole }: { whole: CaseWhole }) {
  const label = useLabel('price');
  return (
    <Timeline
      items={whole.history.map((one, at) => ({
        key: at,
        content: (
          <>
            <strong>{label('happened', one.act)}</strong>{' '}
            <span className="muted">{[dateTime(one.at), one.who].filter(Boolean).join(' · ')}</span>
            <div style={{ whiteSpace: 'pre-line' }}>{one.words}</div>
          </>
        ),
      }))}
    />
  );
}

function Checks({ rows, label: name }: { rows: Check[]; label: string }) {
  const t = useT('price');
  const label = useLabel('price');
  return (
    <PlainTable
      label={name}
      heads={[
        t('seenOn'),
        t('outlet'),
        t('whatSeen'),
        { num: t('price') },
        { num: t('floor') },
        { num: t('suggested') },
        t('verdict'),
        t('book'),
        t('way'),
      ]}
    >
      <tbody>
        {rows.map((row) => (
          <tr key={row.id}>
            <th scope="row">{row.seen_on}</th>
            <td>{row.outlet_name}</td>
            <td>{label('seen', row.seen)}</td>
            <td className="num">
              <Money fen={row.amount} />
            </td>
            <td className="num">
              <Money fen={row.floor} />
            </td>
            <td className="num">
              <Money fen={row.suggested} />
            </td>
            <td>
              <StatusTag tone={VERDICT_TONES[row.verdict]}>{label('verdicts', row.verdict)}</StatusTag>
            </td>
            <td>
              {row.book && (
                <Link to="/prices/books/$id" params={{ id: row.book } as never}>
                  {row.book}
                </Link>
              )}
            </td>
            <td>
              {row.photo && row.visit ? (
                <a href={`/api/v1/field/visits/${row.visit}/photos/${row.photo}`}>{t('photo')}</a>
              ) : (
                [row.visit, row.who, row.note].filter(Boolean).join(' · ') || '—'
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}

function Findings({ rows }: { rows: Finding[] }) {
  const t = useT('price');
  const label = useLabel('price');
  return (
    <PlainTable
      label={t('findings')}
      heads={[t('piece'), t('product'), t('suppliedTo'), t('suppliedOn'), t('seenAt'), t('seenOn'), t('harmed'), t('way')]}
    >
      <tbody>
        {rows.map((row) => (
          <tr key={row.id}>
            <th scope="row">{row.piece}</th>
            <td>{row.product_name}</td>
            <td>{`${row.from_outlet_name} ${row.from_territory_name}`}</td>
            <td>{row.supplied_on}</td>
            <td>{`${row.outlet_name} ${row.territory_name}`}</td>
            <td>{row.seen_on}</td>
            <td>{row.harmed_name || '—'}</td>
            <td>{`${label('ways', row.way)} ${row.reference}`}</td>
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}
