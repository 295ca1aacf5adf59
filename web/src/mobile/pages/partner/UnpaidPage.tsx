import { useState } from 'react';
import { api } from '@/api/client';
import { useT } from '@/i18n';
import { yuan } from '@/shared/format/money';
import { month } from '@/shared/format/time';
import { useUrl } from '@/shared/url';
import { Badge, Btn, Empty, List, ListItem, Loaded, Page, SelectField } from '../../kit';
import { proofOfZero } from './shared';

const STEP = 50;

/** Every piece of business that was paid nothing, or less, with the reason; what can still be met comes first. */
export default function UnpaidPage() {
  const t = useT('phonePartner');
  const [url, change] = useUrl();
  const [limit, setLimit] = useState(STEP);
  const pay = api.useQuery('get', '/api/v1/my/commission', { params: { query: { period: url.period } } });
  const rows = api.useQuery('get', '/api/v1/my/unpaid', {
    params: { query: { period: url.period, component: url.component, code: url.code, limit } },
  });
  return (
    <Page title={t('commission.notMet')} back="/commission">
      <Loaded query={pay}>
        {(data) => (
          <>
            <SelectField
              label={month(data.period)}
              value={url.code ? `${url.component}/${url.code}` : ''}
              onChange={(value) => {
                const [component, code] = value.split('/');
                change({ component, code });
              }}
              options={[
                { value: '', label: t('commission.count', { count: data.not_met.count }) },
                ...data.unpaid.map((group) => ({
                  value: `${group.component}/${group.code}`,
                  label: `${group.title}：${group.sentence}（${group.count}）`,
                })),
              ]}
            />
            <Loaded query={rows} empty={(found) => found.total === 0} whenEmpty={<Empty title={t('commission.nothingUnpaid')} />}>
              {(found) => (
                <>
                  <List label={t('commission.notMet')}>
                    {found.items.map((row) => (
                      <ListItem
                        key={`${row.component}${row.basis}${row.code}`}
                        title={row.sentence}
                        value={row.forgone ? yuan(row.forgone) : undefined}
                        to={proofOfZero(data.period, data.who.account, row)}
                        note={
                          <>
                            {`${row.title} · ${row.day} · ${row.basis} `}
                            {row.curable && <Badge tone="warn">{t('commission.until', { day: row.until ?? '' })}</Badge>}
                          </>
                        }
                      />
                    ))}
                  </List>
                  {found.next && <Btn onClick={() => setLimit(limit + STEP)}>{t('business.more')}</Btn>}
                </>
              )}
            </Loaded>
          </>
        )}
      </Loaded>
    </Page>
  );
}
