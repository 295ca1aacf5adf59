import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState, type ReactNode } from 'react';
import { api, type Schema } from '@/api/client';
import { useMe } from '@/api/me';
import { useT } from '@/i18n';
import { dateTime } from '@/shared/format/time';
import { useUrl } from '@/shared/url';
import { Btn, Card, Loaded, Page, Skeleton, Strip, Trouble } from '../../kit';
import { BusinessStep } from './BusinessStep';
import { chosen, handsetLines, STEPS, type Business, type Draft, type Step, type Whole } from './draft';
import { IdentityStep } from './IdentityStep';
import { Check, Facts, OfferCard } from './parts';
import { useTake, type Take } from './useTake';
import { WantedStep } from './WantedStep';

const STILL = { staleTime: 10 * 60_000 };

/** Taking an order: what one may take, what is wanted, who the customer is, what they agree to. */
export default function TakePage() {
  const t = useT('phoneOrders');
  const { login } = useMe();
  const [url] = useUrl();
  const navigate = useNavigate();
  const take = useTake(login, url.order);
  const { sent } = take;
  useEffect(() => {
    if (sent !== undefined) void navigate({ to: `/orders/${sent}` as never, search: { done: '1' } as never, replace: true });
  }, [sent, navigate]);
  const definitions = api.useQuery('get', '/api/v1/acceptance/definitions', {}, STILL);
  // A level is suspended at once: what was read before is not relied on.
  const seller = api.useQuery('get', '/api/v1/orders/seller', {}, { staleTime: 0 });
  if (take.draft === undefined || sent !== undefined)
    return (
      <Page title={t('take.title')} back="/orders">
        {take.unread === undefined ? <Skeleton rows={4} /> : <Trouble error={take.unread} onRetry={take.reopen} />}
      </Page>
    );
  const { draft } = take;
  return (
    <Page title={t('take.title')} back="/orders">
      <Loaded query={definitions}>
        {(all) => <Loaded query={seller}>{(who) => <Steps take={take} draft={draft} definitions={all} seller={who} />}</Loaded>}
      </Loaded>
    </Page>
  );
}

interface StepsProps {
  take: Take;
  draft: Draft;
  definitions: Schema<'AcceptanceDefinitions'>;
  seller: Schema<'SellerView'>;
}

function Steps({ take, draft, definitions, seller }: StepsProps) {
  const t = useT('phoneOrders');
  const business = definitions.business.find((one) => one.id === draft.typed.business);
  const step: Step = business === undefined ? 'business' : draft.step;
  // Each step begins at its head. What scrolling gives back, in some browsers a promise, is no clean-up.
  useEffect(() => {
    scrollTo(0, 0);
  }, [step]);
  const shown = STEPS.filter((one) => one !== 'identity' || (business?.identity ?? true));
  return (
    <>
      <p className="m-muted" aria-live="polite">
        {t('take.step', { at: shown.indexOf(step) + 1, of: shown.length, step: t(`steps.${step}`) })}
        {business && step !== 'business' && ` · ${business.title}`}
        {draft.savedAt && ` · ${t('take.saved', { at: dateTime(draft.savedAt) })}`}
      </p>
      {step !== 'business' && seller.problem && <Strip tone="bad">{seller.problem.text}</Strip>}
      {take.refused !== undefined && <Trouble error={take.refused} />}
      {step === 'business' && (
        <>
          {(draft.order || draft.typed.business) && <Unfinished take={take} draft={draft} business={business} />}
          <BusinessStep
            definitions={definitions}
            seller={seller}
            chosen={draft.typed.business}
            onChoose={(id) => take.change({ typed: chosen(draft.typed, id), step: 'wanted' })}
          />
        </>
      )}
      {step === 'wanted' && business && (
        <WantedStep
          key={business.id}
          typed={draft.typed}
          business={business}
          handsets={handsetLines(definitions.business)}
          onType={take.type}
          foot={(blocked) => (
            <Foot back={() => take.change({ step: 'business' })}>
              <Btn
                kind="main"
                busy={take.busy}
                blocked={seller.problem ? t('take.problem') : blocked}
                onClick={() => void take.save(business)}
              >
                {t('take.next')}
              </Btn>
            </Foot>
          )}
        />
      )}
      {(step === 'identity' || step === 'terms') && business && draft.order && (
        <Kept take={take} draft={draft} id={draft.order.id} business={business} step={step} />
      )}
    </>
  );
}

/** The two buttons of a step, where the thumb is. */
function Foot({ back, children }: { back: () => void; children: ReactNode }) {
  const t = useT('phoneOrders');
  return (
    <>
      <div style={{ height: 72 }} />
      <div className="m-foot">
        <div style={{ flexWrap: 'wrap' }}>
          <Btn onClick={back}>{t('take.back')}</Btn>
          {children}
        </div>
      </div>
    </>
  );
}

function Unfinished({ take, draft, business }: { take: Take; draft: Draft; business: Business | undefined }) {
  const t = useT('phoneOrders');
  return (
    <Card title={t('take.unfinished')}>
      <span className="m-muted">{[business?.title, draft.order?.id].filter(Boolean).join(' · ')}</span>
      <Btn kind="main" onClick={() => take.change({ step: 'wanted' })}>
        {t('take.goOn')}
      </Btn>
      <Btn onClick={() => void take.restart()}>{t('take.restart')}</Btn>
    </Card>
  );
}

interface KeptProps {
  take: Take;
  draft: Draft;
  id: string;
  business: Business;
  step: 'identity' | 'terms';
}

/** The steps that stand on what the server has. */
function Kept({ take, draft, id, business, step }: KeptProps) {
  const t = useT('phoneOrders');
  const query = api.useQuery('get', '/api/v1/orders/{id}', { params: { path: { id } } });
  return (
    <Loaded query={query}>
      {(whole) =>
        step === 'identity' ? (
          <IdentityStep
            whole={whole}
            consent={draft.consent}
            failed={take.failedCheck}
            onConsent={(consent) => take.change({ consent })}
            foot={({ name, number }, blocked) => (
              <Foot back={() => take.change({ step: 'wanted' })}>
                <Btn kind="main" busy={take.busy} blocked={blocked} onClick={() => void take.identify(name, number)}>
                  {t('identity.check')}
                </Btn>
              </Foot>
            )}
          />
        ) : (
          <TermsStep key={whole.offer.sha256} take={take} draft={draft} whole={whole} business={business} />
        )
      }
    </Loaded>
  );
}

/** Fees and terms, shown and confirmed. Another offer asks for the confirmation anew. */
function TermsStep({ take, draft, whole, business }: { take: Take; draft: Draft; whole: Whole; business: Business }) {
  const t = useT('phoneOrders');
  const [confirmed, setConfirmed] = useState(false);
  const { identity } = whole;
  const consents = !business.identity || draft.consent;
  return (
    <>
      <Card title={whole.order.id}>
        <Facts
          facts={[
            [t('wanted.business'), business.title],
            [t('wanted.subscriber'), whole.order.subscriber],
            [t('wanted.card'), whole.card],
            [t('identity.result'), identity ? t(identity.passed ? 'identity.passed' : 'identity.notPassed', { name: identity.name }) : ''],
          ]}
        />
      </Card>
      <OfferCard offer={whole.offer} network={whole.network} title={t('terms.title')} />
      {business.identity && (
        <Check checked={draft.consent} onChange={(consent) => take.change({ consent })}>
          {t('identity.consent')}
        </Check>
      )}
      <Check checked={confirmed} onChange={setConfirmed}>
        {t('terms.confirm')}
      </Check>
      <Foot back={() => take.change({ step: 'wanted' })}>
        <Btn
          kind="main"
          busy={take.busy}
          blocked={!consents ? t('identity.consentMissing') : confirmed ? undefined : t('terms.unconfirmed')}
          onClick={() => void take.submit(whole.offer.sha256, business)}
        >
          {t('terms.submit')}
        </Btn>
      </Foot>
    </>
  );
}
