import { useState } from 'react';
import { answer, api, http, queries } from '@/api/client';
import { isApiError } from '@/api/errors';
import { useLabel, useT } from '@/i18n';
import { yuan } from '@/shared/format/money';
import { dateTime, month } from '@/shared/format/time';
import { useUrl } from '@/shared/url';
import { Badge, Btn, Card, List, ListItem, Loaded, Page, Strip, Trouble, toast, useOnline } from '../../kit';
import { TONES, to } from './shared';

const WAY = ['lines', 'adjustments', 'advances', 'brought', 'direct', 'tax', 'offsets', 'carried'] as const;
const TAKEN = new Set<string>(['direct', 'tax', 'offsets', 'carried']);

/** A statement from its lines to its payment, confirmed in one step. */
export default function StatementPage() {
  const t = useT('phonePartner');
  const label = useLabel('phonePartner');
  const [url] = useUrl();
  const online = useOnline();
  const pay = api.useQuery('get', '/api/v1/my/commission', { params: { query: { period: url.period } } });
  const period = pay.data?.period ?? '';
  // One of differences is opened by its number.
  const partner = url.number ?? pay.data?.who.account ?? '';
  const query = api.useQuery(
    'get',
    '/api/v1/statements/{period}/{partner}',
    { params: { path: { period, partner } } },
    { enabled: pay.data !== undefined },
  );
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<unknown>();
  const data = query.data;
  const confirm = async (despite: boolean) => {
    if (!data) return;
    setBusy(true);
    setRefused(undefined);
    try {
      await answer(
        http.POST('/api/v1/statements/{period}/{partner}/confirm', {
          params: { path: { period, partner } },
          body: { hash: data.hash, despite_disputes: despite },
        }),
      );
      toast(t('statement.confirmedNow'));
      await queries.invalidateQueries();
    } catch (error) {
      setRefused(error);
    } finally {
      setBusy(false);
    }
  };
  const waits = (data?.disputes ?? 0) > 0 || (isApiError(refused) && refused.code === 'settle.confirm.disputed');
  const open = data !== undefined && data.confirmation === null && data.state !== 'paid' && data.state !== 'in_payment';
  return (
    <Page
      title={period ? `${t('statement.title')} · ${month(period)}` : t('statement.title')}
      back="/commission"
      foot={
        open && (
          <Btn kind="main" busy={busy} blocked={online ? undefined : t('statement.offline')} onClick={() => void confirm(waits)}>
            {t(waits ? 'statement.confirmRest' : 'statement.confirm')}
          </Btn>
        )
      }
    >
      <Loaded query={pay.error ? pay : query} rows={6}>
        {() =>
          data && (
            <>
              <Card title={t('statement.payment')} extra={<Badge tone={TONES[data.state]}>{label('state', data.state)}</Badge>}>
                <span className="m-big">{yuan(data.totals.payment)}</span>
                <span className="m-muted">{t('statement.number', { number: data.number })}</span>
                {data.confirmation ? (
                  <span>{t('statement.confirmedAt', { at: dateTime(data.confirmation.confirmed_at), day: data.confirmation.pay_by })}</span>
                ) : (
                  <span>{t('statement.promise', { day: data.promise })}</span>
                )}
              </Card>
              {open && waits && <Strip tone="warn">{t('statement.disputed', { count: Math.max(1, data.disputes) })}</Strip>}
              {refused !== undefined && !waits && <Trouble error={refused} />}
              <Card title={t('statement.way')}>
                <ul className="m-list">
                  {WAY.filter((name) => name === 'lines' || data.totals[name] !== 0).map((name) => (
                    <ListItem
                      key={name}
                      title={t(`statement.${name}`)}
                      value={yuan(TAKEN.has(name) ? -data.totals[name] : data.totals[name])}
                    />
                  ))}
                  <ListItem title={<strong>{t('statement.payment')}</strong>} value={<strong>{yuan(data.totals.payment)}</strong>} />
                </ul>
              </Card>
              {data.offsets.length > 0 && (
                <List label={t('statement.offsets')}>
                  {data.offsets.map((row) => (
                    <ListItem
                      key={row.invoice}
                      title={row.text}
                      value={yuan(-row.taken)}
                      note={[row.invoice, row.due_on, row.document].filter(Boolean).join(' · ')}
                    />
                  ))}
                </List>
              )}
              <List label={t('statement.unpaid', { count: data.unpaid.length })}>
                <ListItem
                  title={t('commission.notMet')}
                  value={t('commission.count', { count: data.unpaid.reduce((sum, group) => sum + group.count, 0) })}
                  to={to('/commission/unpaid', { period })}
                />
              </List>
              {data.sections.map((section) => (
                <Card key={section.destination} title={label('destination', section.destination)}>
                  <ul className="m-list">
                    {section.rows.map((row) => (
                      <ListItem
                        key={`${row.policy}${row.component}`}
                        title={row.title}
                        value={yuan(row.total)}
                        note={t('commission.count', { count: row.lines })}
                        to={to('/commission/lines', { period, component: row.component })}
                      />
                    ))}
                  </ul>
                </Card>
              ))}
              <a className="m-btn" href={`/api/v1/statements/${period}/${partner}/file?format=pdf`} download>
                {t('statement.pdf')}
              </a>
              <a className="m-btn" href={`/api/v1/statements/${period}/${partner}/file?format=xlsx`} download>
                {t('statement.xlsx')}
              </a>
            </>
          )
        }
      </Loaded>
    </Page>
  );
}
