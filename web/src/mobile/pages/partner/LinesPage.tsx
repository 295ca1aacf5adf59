import { useState } from 'react';
import { api } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { yuan } from '@/shared/format/money';
import { month } from '@/shared/format/time';
import { useUrl } from '@/shared/url';
import { Btn, List, ListItem, Loaded, Page } from '../../kit';
import { proofOfLine } from './shared';

const STEP = 50;

/** Lines that pay one, each with its proof. */
export default function LinesPage() {
  const t = useT('phonePartner');
  const label = useLabel('phonePartner');
  const [url] = useUrl();
  const [limit, setLimit] = useState(STEP);
  const pay = api.useQuery('get', '/api/v1/my/commission', { params: { query: { period: url.period } } });
  const rows = api.useQuery('get', '/api/v1/my/lines', { params: { query: { period: url.period, component: url.component, limit } } });
  return (
    <Page title={url.period ? month(url.period) : t('commission.lines')} back="/commission">
      <Loaded query={pay}>
        {(data) => (
          <Loaded query={rows} empty={(found) => found.total === 0}>
            {(found) => (
              <>
                <List label={t('commission.lines')}>
                  {found.items.map((row) => (
                    <ListItem
                      key={`${row.component}${row.basis}${row.payee}${row.kind}${row.part}`}
                      title={row.title}
                      value={yuan(row.amount)}
                      to={proofOfLine(data.period, data.who.account, row)}
                      note={[row.day, label('kind', row.kind), row.subscriber, row.outlet_name || row.payee_name]
                        .filter(Boolean)
                        .join(' · ')}
                    />
                  ))}
                </List>
                {found.next && <Btn onClick={() => setLimit(limit + STEP)}>{t('business.more')}</Btn>}
              </>
            )}
          </Loaded>
        )}
      </Loaded>
    </Page>
  );
}
