import { keepPreviousData } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '@/api/client';
import { holds, useMe } from '@/api/me';
import { useT } from '@/i18n';
import { useSettled } from '@/shared/flows/useFill';
import { yuan } from '@/shared/format/money';
import { dateTime } from '@/shared/format/time';
import { GROUPS, ORDER_TONES } from '@/shared/orders/states';
import { useUrl } from '@/shared/url';
import { Badge, Btn, Empty, List, ListItem, Loaded, Page, Segments, TextField } from '../../kit';

const STEP = 30;

type Group = keyof typeof GROUPS;

const groupOf = (text: string | undefined): Group | undefined =>
  text === 'open' || text === 'effective' || text === 'ended' ? text : undefined;

/** One's orders, or those of one's outlets, with their states. */
export default function ListPage() {
  const t = useT('phoneOrders');
  const me = useMe();
  const takes = holds(me, 'order.take');
  const asks = takes || holds(me, 'order.handle');
  const [url, change] = useUrl();
  const [typed, setTyped] = useState(url.q ?? '');
  const [limit, setLimit] = useState(STEP);
  const group = groupOf(url.group);
  const q = useSettled(typed.trim());
  const state = group && GROUPS[group];
  const query = api.useQuery('get', '/api/v1/orders', { params: { query: { q, state, limit } } }, { placeholderData: keepPreviousData });
  return (
    <Page
      title={t('list.title')}
      foot={
        asks && (
          <>
            <Link className="m-btn" to={'/service' as never}>
              {t('list.service')}
            </Link>
            {takes && (
              <Link className="m-btn main" to={'/take' as never}>
                {t('list.take')}
              </Link>
            )}
          </>
        )
      }
    >
      <Segments
        label={t('list.group')}
        value={group ?? ''}
        onChange={(value) => change({ group: value || undefined })}
        options={[
          { value: '', label: t('list.all') },
          { value: 'open', label: t('list.open') },
          { value: 'effective', label: t('list.effective') },
          { value: 'ended', label: t('list.ended') },
        ]}
      />
      <TextField label={t('list.search')} help={t('list.searchHelp')} type="search" value={typed} onChange={setTyped} />
      <Loaded
        query={query}
        empty={(data) => data.items.length === 0}
        whenEmpty={<Empty title={t('list.none')} help={q || group ? t('list.noneFiltered') : t('list.noneHelp')} />}
      >
        {(data) => (
          <>
            <span className="m-muted" aria-live="polite">
              {t('list.total', { count: data.total })}
            </span>
            <List label={t('list.title')}>
              {data.items.map((row) => (
                <ListItem
                  key={row.id}
                  title={
                    <>
                      {row.product_name ? `${row.business_title} · ${row.product_name}` : row.business_title}{' '}
                      <Badge tone={ORDER_TONES[row.state]}>{row.state_title}</Badge>
                    </>
                  }
                  note={[row.id, row.subscriber, dateTime(row.captured_at)].filter(Boolean).join(' · ')}
                  value={yuan(row.amount)}
                  to={`/orders/${row.id}`}
                />
              ))}
            </List>
            {data.next && limit < 500 && <Btn onClick={() => setLimit(Math.min(500, limit + STEP))}>{t('list.more')}</Btn>}
          </>
        )}
      </Loaded>
    </Page>
  );
}
