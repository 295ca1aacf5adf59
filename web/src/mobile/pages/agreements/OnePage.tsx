import { useParams } from '@tanstack/react-router';
import { api } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { AGREEMENT_TONES } from '@/shared/agreements';
import { yuan } from '@/shared/format/money';
import { Badge, Card, Loaded, Page, Strip } from '../../kit';
import { Text } from './parts';

/** One agreement: how long it holds, what it says, and the paper of it. */
export default function OnePage() {
  const t = useT('phoneAgreements');
  const label = useLabel('phoneAgreements');
  const { code = '' } = useParams({ strict: false }) as { code?: string };
  const query = api.useQuery('get', '/api/v1/agreements/{code}', { params: { path: { code } } });
  return (
    <Page title={t('one', { code })} back="/agreements">
      <Loaded query={query} rows={5}>
        {({ agreement, clauses, signatures, draft }) => (
          <>
            {agreement.days_left !== null && (
              <Strip tone="warn">{t('warn', { day: agreement.last_day ?? '', days: agreement.days_left })}</Strip>
            )}
            <Card title={t('basic')} extra={<Badge tone={AGREEMENT_TONES[agreement.state]}>{label('states', agreement.state)}</Badge>}>
              <span>{`${agreement.partner_name} · ${agreement.business_title}`}</span>
              <span className="m-muted">{t('until', { from: agreement.from, to: agreement.last_day ?? t('endless') })}</span>
              {agreement.deposit !== null && <span className="m-muted">{t('deposit', { amount: yuan(agreement.deposit) })}</span>}
              <span className="m-muted">{t('commitment', { amount: yuan(agreement.commitment) })}</span>
              {draft && (
                <a className="m-btn plain" href={`/api/v1/agreements/${encodeURIComponent(agreement.code)}/paper`} download>
                  {t('pdf')}
                </a>
              )}
            </Card>
            <Text clauses={clauses} signatures={signatures} />
          </>
        )}
      </Loaded>
    </Page>
  );
}
