import { useNavigate, useParams } from '@tanstack/react-router';
import { useState, type ComponentType } from 'react';
import { useT } from '@/i18n';
import { Badge, Btn, Page, Skeleton, Strip, Trouble } from '../../kit';
import { Briefing, Solutions } from './Briefing';
import { useVisit, type Visiting } from './hooks';
import { SkipSheet, Unsent } from './parts';
import { path, type StepRecord } from './records';
import { Adjust, Close, Goals, Greet, Leaving, Persuade, Report, Train } from './Talk';
import { Check } from './Check';
import { Stock } from './Stock';

interface StepProps {
  visiting: Visiting;
}

const Review = ({ visiting }: StepProps) => (
  <>
    <Solutions visiting={visiting} />
    <Briefing stop={visiting.stop} setup={visiting.setup} />
  </>
);

/** What each step of the course shows; one there is nothing for is done or left out. */
const CONTENT: Record<string, ComponentType<StepProps>> = {
  plan: Goals,
  review: Review,
  greet: Greet,
  check: Check,
  stock: Stock,
  adjust: Adjust,
  persuade: Persuade,
  close: Close,
  train: Train,
  leave: Leaving,
  report: Report,
};

/** One step of a visit: its records, and whether it is done or why it is left out. */
export default function StepPage() {
  const t = useT('phoneField');
  const { code = '', step: id = '' } = useParams({ strict: false }) as { code?: string; step?: string };
  const { visiting, error, refetch } = useVisit(code);
  const step = visiting?.steps.find((one) => one.id === id);
  return (
    <Page
      title={step ? `${step.no} ${step.name}` : t('visit.title')}
      back={`/field/visit/${encodeURIComponent(code)}`}
      foot={visiting && step && <Foot visiting={visiting} id={id} />}
    >
      <Unsent />
      {visiting ? (
        <Content visiting={visiting} id={id} />
      ) : error ? (
        <Trouble error={error} onRetry={() => void refetch()} />
      ) : (
        <Skeleton rows={5} />
      )}
    </Page>
  );
}

function Content({ visiting, id }: StepProps & { id: string }) {
  const t = useT('phoneField');
  const step = visiting.steps.find((one) => one.id === id);
  const Records = CONTENT[id];
  if (!step) return <Strip tone="warn">{t('step.none')}</Strip>;
  return (
    <>
      <div>
        <Badge tone={step.state === 'done' ? 'good' : 'warn'}>{t(`step.${step.state}`)}</Badge>{' '}
        {step.state === 'skipped' && <span className="m-muted">{step.reason}</span>}
      </div>
      {Records && <Records visiting={visiting} />}
    </>
  );
}

function Foot({ visiting, id }: StepProps & { id: string }) {
  const t = useT('phoneField');
  const navigate = useNavigate();
  const [skipping, setSkipping] = useState(false);
  const step = visiting.steps.find((one) => one.id === id)!;
  // What the end of a visit writes is written there.
  const closing = id === 'report' || id === 'leave';
  const end = async (skipped: boolean, reason: string) => {
    const value: StepRecord = { skipped, reason, at_us: Date.now() * 1000 };
    await visiting.write([{ path: path.step(id), value }]);
    setSkipping(false);
    await navigate({ to: `/field/visit/${encodeURIComponent(visiting.stop.outlet.code)}` as never });
  };
  const lacks = step.lacks.map((lack) => t(`lacks.${lack as 'goal'}`)).join(', ');
  return (
    <>
      {!closing && <Btn onClick={() => setSkipping(true)}>{t('step.skip')}</Btn>}
      {!closing && (
        <Btn kind="main" blocked={lacks ? t('step.lacks', { what: lacks }) : undefined} onClick={() => void end(false, '')}>
          {t('step.finish')}
        </Btn>
      )}
      {closing && (
        <Btn
          kind="main"
          wide
          onClick={() => void navigate({ to: `/field/visit/${encodeURIComponent(visiting.stop.outlet.code)}` as never })}
        >
          {t('step.back')}
        </Btn>
      )}
      {skipping && (
        <SkipSheet
          title={t('skip.title', { step: step.name })}
          onClose={() => setSkipping(false)}
          onSkip={(reason) => void end(true, reason)}
        />
      )}
    </>
  );
}
