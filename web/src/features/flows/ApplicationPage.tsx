import { useNavigate, useParams } from '@tanstack/react-router';
import { Alert, Button } from 'antd';
import { useState } from 'react';
import { answer, api, http, type Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { GRAVE, offered, type Verb } from '@/shared/flows/acts';
import type { Form } from '@/shared/flows/form';
import { TONES } from '@/shared/flows/states';
import { yuan } from '@/shared/format/money';
import { dateTime } from '@/shared/format/time';
import { usePermission } from '@/shared/permissions';
import { Block } from '@/shared/ui/Block';
import { RevealDrawer } from '@/shared/ui/MaskedText';
import { PageHead } from '@/shared/ui/PageHead';
import { QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { Content } from './Content';
import { History } from './History';
import { Act } from './Act';
import { Effect } from './Effect';
import { Holders } from './Holders';
import { Way } from './Way';

type Whole = Schema<'ApplicationWhole'>;

/** An application: what is asked for, who holds it, what was decided, and what one can do with it. */
export default function ApplicationPage() {
  const { id = '' } = useParams({ strict: false }) as { id?: string };
  const query = api.useQuery('get', '/api/v1/applications/{id}', { params: { path: { id } } });
  return (
    <QueryState query={query} rows={12}>
      {(whole) => <Record whole={whole} reload={async () => (await query.refetch()).data} />}
    </QueryState>
  );
}

function Record({ whole, reload }: { whole: Whole; reload: () => Promise<Whole | undefined> }) {
  const t = useT('flows');
  const common = useT('common');
  const label = useLabel('flows');
  const [verb, setVerb] = useState<Verb>();
  const [plain, setPlain] = useState<Form>();
  const { head } = whole;
  return (
    <>
      <PageHead
        title={`${head.flow_title} ${head.id}`}
        note={<StatusTag tone={TONES[head.state]}>{label('states', head.state)}</StatusTag>}
        actions={
          <>
            <Verbs whole={whole} onVerb={setVerb} />
            <Button href={`/api/v1/applications/${head.id}/paper`}>{t('pdf')}</Button>
            <Button onClick={() => print()}>{common('print')}</Button>
          </>
        }
      />
      {whole.barred && <Alert type="error" showIcon role="alert" style={{ marginBottom: 12 }} title={t('barred', { why: whole.barred })} />}
      {whole.warnings?.map((words) => (
        <Alert key={words} type="warning" showIcon style={{ marginBottom: 12 }} title={words} />
      ))}
      {whole.effect && <Effect whole={whole} effect={whole.effect} />}
      <div className="grid">
        <div className="w8">
          <Block title={t('content')} extra={<Extra whole={whole} shown={plain !== undefined} onShown={setPlain} />}>
            <dl className="record-head">
              <Fact name={t('applicant')} value={head.applicant.name} />
              <Fact name={t('territory')} value={head.territory_name || t('everywhere')} />
              <Fact name={t('begunAt')} value={dateTime(head.begun_at)} />
              <Fact name={t('submittedAt')} value={head.submitted_at ? dateTime(head.submitted_at) : '—'} />
              {head.amount !== null && <Fact name={t('amount')} value={yuan(head.amount)} />}
              {head.ended_at && <Fact name={t('endedAt')} value={dateTime(head.ended_at)} />}
            </dl>
            <Content whole={plain ? { ...whole, form: plain } : whole} />
          </Block>
          <Block title={t('history')}>
            <History whole={whole} />
          </Block>
        </div>
        <div className="w4">
          <Block title={t('holder')}>
            <Holders whole={whole} />
          </Block>
          <Block title={t('way')}>
            <Way whole={whole} />
          </Block>
          {whole.copies.length > 0 && (
            <Block title={t('copies')}>
              <p style={{ margin: 0 }}>{whole.copies.map((one) => one.name).join(t('and'))}</p>
            </Block>
          )}
        </div>
      </div>
      {verb && <Act key={verb} verb={verb} whole={whole} reload={reload} onClose={() => setVerb(undefined)} />}
    </>
  );
}

interface ExtraProps {
  whole: Whole;
  /** Whether personal data stand there whole. */
  shown: boolean;
  onShown: (form: Form | undefined) => void;
}

/** What goes with the content: its budget, and its personal data for whoever may see them and says why. */
function Extra({ whole, shown, onShown }: ExtraProps) {
  const common = useT('common');
  const t = useT('flows');
  const may = usePermission('private.reveal');
  const [asking, setAsking] = useState(false);
  const label = t('personal');
  const reveal = async (reason: string) => {
    const path = { id: whole.head.id };
    const { form } = await answer(http.POST('/api/v1/applications/{id}/reveal', { params: { path }, body: { reason } }));
    onShown(form);
  };
  return (
    <>
      {whole.masked && may && (
        <Button type="link" className="no-print" onClick={() => (shown ? onShown(undefined) : setAsking(true))}>
          {shown ? common('masked.hide', { label }) : common('masked.reveal', { label })}
        </Button>
      )}
      {whole.budget && <ToBudget id={whole.budget} />}
      <RevealDrawer label={label} open={asking} onClose={() => setAsking(false)} onReveal={reveal} />
    </>
  );
}

const Fact = ({ name, value }: { name: string; value: string }) => (
  <div>
    <dt>{name}</dt>
    <dd>{value}</dd>
  </div>
);

function ToBudget({ id }: { id: string }) {
  const t = useT('flows');
  const navigate = useNavigate();
  const may = usePermission('flow.read');
  if (!may) return null;
  return (
    <Button type="link" className="no-print" onClick={() => void navigate({ to: '/budgets', search: { id } as never })}>
      {t('toBudget')}
    </Button>
  );
}

/** What the caller may try now, as buttons. */
function Verbs({ whole, onVerb }: { whole: Whole; onVerb: (verb: Verb) => void }) {
  const t = useT('flows');
  const navigate = useNavigate();
  const edit = () => void navigate({ to: '/applications/$id/edit', params: { id: whole.head.id } as never });
  const main: readonly Verb[] = ['submit', 'agree', 'execute'];
  return offered(whole.verbs).map((verb) => (
    <Button
      key={verb}
      type={main.includes(verb) ? 'primary' : undefined}
      danger={GRAVE.includes(verb)}
      onClick={() => (verb === 'save' ? edit() : onVerb(verb))}
    >
      {t(`verbs.${verb}`)}
    </Button>
  ));
}
