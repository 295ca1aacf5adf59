import { keepPreviousData } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '@/api/client';
import { holds, useMe } from '@/api/me';
import { useLabel, useT } from '@/i18n';
import { yuan } from '@/shared/format/money';
import { isPaid, SUPPLY_TONES } from '@/shared/supply';
import { Badge, Btn, Empty, List, ListItem, Loaded, Page } from '../../kit';

const STEP = 30;
const MOST = 500;

/** Orders of one's outlets, latest first. */
export default function ListPage() {
  const t = useT('phoneSupply');
  const words = useT('supply');
  const label = useLabel('supply');
  const me = useMe();
  const [limit, setLimit] = useState(STEP);
  const query = api.useQuery('get', '/api/v1/supply/orders', { params: { query: { limit } } }, { placeholderData: keepPreviousData });
  return (
    <Page
      title={t('title')}
      back="/"
      foot={
        holds(me, 'supply.order') && (
          <Link className="m-btn main" to={'/supply/new' as never}>
            {t('order')}
          </Link>
        )
      }
    >
      <Loaded query={query} empty={(data) => data.items.length === 0} whenEmpty={<Empty title={t('none')} help={t('noneHelp')} />}>
        {(data) => (
          <>
            <List label={t('title')}>
              {data.items.map((row) => (
                <ListItem
                  key={row.id}
                  title={
                    <>
                      {t('of', { outlet: row.outlet_name, pieces: row.pieces })}{' '}
                      <Badge tone={SUPPLY_TONES[row.state]}>{label('states', row.state)}</Badge>{' '}
                      {row.late && <Badge tone="bad">{words('late')}</Badge>} {isPaid(row) && <Badge tone="good">{words('paid')}</Badge>}
                    </>
                  }
                  value={yuan(row.amount)}
                  note={[
                    row.id,
                    row.received_on ? t('receivedOn', { day: row.received_on }) : t('expected', { day: row.promised_on ?? row.wanted_on }),
                  ].join(' · ')}
                  to={`/supply/${row.id}`}
                />
              ))}
            </List>
            {data.next && limit < MOST && <Btn onClick={() => setLimit(Math.min(MOST, limit + STEP))}>{t('more')}</Btn>}
          </>
        )}
      </Loaded>
    </Page>
  );
}
