import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { api, type Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { GRAVE, offered, type Verb } from '@/shared/flows/acts';
import { words, type Form } from '@/shared/flows/form';
import { TONES } from '@/shared/flows/states';
import { dateTime } from '@/shared/format/time';
import { Badge, Btn, Card, Loaded, Page, Sheet, Strip } from '../../kit';
import { Act } from './Act';
import { Effect } from './Effect';
import { Deciders, History } from './Hands';

type Whole = Schema<'ApplicationWhole'>;

/** One application: what is asked for, the way, who holds it, what was decided, and what one can do. */
export default function OnePage() {
  const { id = '' } = useParams({ strict: false }) as { id?: string };
  const query = api.useQuery('get', '/api/v1/applications/{id}', { params: { path: { id } } });
  const [verb, setVerb] = useState<Verb>();
  const whole = query.data;
  return (
    <Page title={whole?.head.flow_title ?? id} back="/applications" foot={whole && <Verbs whole={whole} onVerb={setVerb} />}>
      <Loaded query={query} rows={6}>
        {(data) => <Content whole={data} />}
      </Loaded>
      {whole && verb && (
        <Act key={verb} verb={verb} whole={whole} reload={async () => (await query.refetch()).data} onClose={() => setVerb(undefined)} />
      )}
    </Page>
  );
}

/** Verbs that stand at the bottom; the rest is one tap away. */
const FIRST = 2;

function Verbs({ whole, onVerb }: { whole: Whole; onVerb: (verb: Verb) => void }) {
  const t = useT('flows');
  const navigate = useNavigate();
  const [more, setMore] = useState(false);
  const verbs = offered(whole.verbs);
  if (verbs.length === 0) return null;
  const press = (verb: Verb) => {
    setMore(false);
    if (verb === 'save') void navigate({ to: `/applications/${whole.head.id}/edit` as never });
    else onVerb(verb);
  };
  const first = verbs.slice(0, FIRST);
  const rest = verbs.slice(FIRST);
  return (
    <>
      {first.map((verb, index) => (
        <Btn key={verb} kind={index === 0 ? 'main' : GRAVE.includes(verb) ? 'bad' : 'plain'} onClick={() => press(verb)}>
          {t(`verbs.${verb}`)}
        </Btn>
      ))}
      {rest.length > 0 && <Btn onClick={() => setMore(true)}>{t('moreVerbs')}</Btn>}
      <Sheet open={more} title={t('moreVerbs')} onClose={() => setMore(false)}>
        {rest.map((verb) => (
          <Btn key={verb} wide kind={GRAVE.includes(verb) ? 'bad' : 'plain'} onClick={() => press(verb)}>
            {t(`verbs.${verb}`)}
          </Btn>
        ))}
      </Sheet>
    </>
  );
}

function Content({ whole }: { whole: Whole }) {
  const t = useT('flows');
  const label = useLabel('flows');
  const { head } = whole;
  return (
    <>
      {whole.effect && <Effect whole={whole} effect={whole.effect} />}
      {whole.barred && <Strip tone="bad">{t('barred', { why: whole.barred })}</Strip>}
      {whole.warnings?.map((words) => (
        <Strip key={words} tone="warn">
          {words}
        </Strip>
      ))}
      <Card title={head.id} extra={<Badge tone={TONES[head.state]}>{label('states', head.state)}</Badge>}>
        <span className="m-muted">
          {[head.applicant.name, head.territory_name || t('everywhere'), head.submitted_at && dateTime(head.submitted_at)]
            .filter(Boolean)
            .join(' · ')}
        </span>
        <Filled whole={whole} />
      </Card>
      <Card title={t('holder')}>
        <Deciders whole={whole} />
      </Card>
      <Card title={t('way')}>
        <ol className="m-steps">
          {whole.way.map((step) => (
            <li
              key={step.step}
              className={step.state === 'passed' ? 'done' : undefined}
              aria-current={step.state === 'present' ? 'step' : undefined}
            >
              {step.state === 'present' ? <strong>{step.title}</strong> : step.title}{' '}
              <span className="m-muted">{t(`wayState.${step.state as 'ahead'}`)}</span>
            </li>
          ))}
        </ol>
      </Card>
      <Card title={t('history')}>
        <History whole={whole} />
      </Card>
    </>
  );
}

function Filled({ whole }: { whole: Whole }) {
  const t = useT('flows');
  const say = { yes: t('yes'), no: t('no') };
  const form: Form = whole.form;
  return (
    <dl className="m-record">
      {whole.flow.fields
        .filter((field) => form[field.id] !== undefined)
        .map((field) => (
          <div key={field.id}>
            <dt className="m-muted">{field.title}</dt>
            <dd>
              {field.kind === 'attachment'
                ? (form[field.id] as string[]).map((id) => (
                    <a key={id} href={`/api/v1/applications/${whole.head.id}/files/${id}`} target="_blank" rel="noreferrer">
                      {whole.files.find((file) => file.id === id)?.name ?? id}
                    </a>
                  ))
                : words(field, form[field.id], whole.names, say)}
            </dd>
          </div>
        ))}
    </dl>
  );
}
