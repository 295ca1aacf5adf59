import { useState } from 'react';
import { api } from '@/api/client';
import { useT } from '@/i18n';
import { yuan } from '@/shared/format/money';
import { useUrl } from '@/shared/url';
import { Badge, Btn, Card, Empty, List, ListItem, Loaded, Page, Segments } from '../../kit';

const STEP = 50;

/** Business of today or of the month, down to each piece. */
export default function BusinessPage() {
  const t = useT('phonePartner');
  const [url, change] = useUrl();
  const [limit, setLimit] = useState(STEP);
  const whole = url.span === 'month';
  const query = api.useQuery('get', '/api/v1/my/today', { params: { query: { limit, whole_month: whole, kind: url.kind } } });
  return (
    <Page title={t('business.title')}>
      <Segments
        label={t('business.title')}
        value={whole ? 'month' : 'day'}
        onChange={(span) => change({ span: span === 'day' ? undefined : span })}
        options={[
          { value: 'day', label: t('business.day') },
          { value: 'month', label: t('business.month') },
        ]}
      />
      <Loaded query={query}>
        {(data) => (
          <>
            <Card title={t('business.kinds')}>
              <div className="m-figures">
                {data.figures.map((figure) => (
                  <button
                    key={figure.kind}
                    type="button"
                    aria-pressed={url.kind === figure.kind}
                    style={{ textAlign: 'left', font: 'inherit' }}
                    onClick={() => change({ kind: url.kind === figure.kind ? undefined : figure.kind })}
                  >
                    <div className="m-muted">{figure.title}</div>
                    <strong>{whole ? figure.month : figure.day}</strong>
                    {whole && <div className="m-muted">{t('business.before', { count: figure.before })}</div>}
                  </button>
                ))}
              </div>
            </Card>
            {data.rows.items.length === 0 ? (
              <Empty title={t('business.nothing')} />
            ) : (
              <List label={t('business.rows')}>
                {data.rows.items.map((row) => (
                  <ListItem
                    key={row.event}
                    title={`${row.title} ${row.product_name || row.product}`}
                    value={yuan(row.plan_fee || row.amount)}
                    note={
                      <>
                        {[row.day, row.subscriber, row.outlet_name].filter(Boolean).join(' · ')}{' '}
                        {row.kind === 'activation' && !row.verified && <Badge tone="warn">{t('business.unverified')}</Badge>}
                        {row.kind === 'activation' && !row.slip && <Badge tone="warn">{t('business.noSlip')}</Badge>}
                      </>
                    }
                  />
                ))}
              </List>
            )}
            {data.rows.next && <Btn onClick={() => setLimit(limit + STEP)}>{t('business.more')}</Btn>}
          </>
        )}
      </Loaded>
    </Page>
  );
}
