import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { answer, api, http, type Schema } from '@/api/client';
import { holds, useMe } from '@/api/me';
import { useLabel, useT } from '@/i18n';
import { TONES } from '@/shared/flows/states';
import { yuan } from '@/shared/format/money';
import { useUrl } from '@/shared/url';
import { Badge, Btn, Empty, List, ListItem, Loaded, Page, Segments } from '../../kit';

type Row = Schema<'ApplicationRow'>;

const BOXES = ['todo', 'mine', 'copied'] as const;

/** What waits for one, what one applied for, what one was copied on. */
export default function ListPage() {
  const t = useT('flows');
  const me = useMe();
  const navigate = useNavigate();
  const [url, change] = useUrl();
  const box = BOXES.find((one) => one === url.box) ?? 'todo';
  const counts = api.useQuery('get', '/api/v1/applications/counts').data;
  const numbers = counts && { todo: counts.todo, mine: counts.returned + counts.under_way, copied: counts.unread };
  const rows = useInfiniteQuery({
    queryKey: ['applications', box],
    queryFn: ({ pageParam, signal }) =>
      answer(http.GET('/api/v1/applications', { params: { query: { box, limit: 20, after: pageParam } }, signal })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
  });
  return (
    <Page
      title={t('title')}
      foot={
        holds(me, 'flow.start') && (
          <Btn kind="main" onClick={() => void navigate({ to: '/applications/new' as never })}>
            {t('new')}
          </Btn>
        )
      }
    >
      <Segments
        label={t('title')}
        value={box}
        onChange={(next) => change({ box: next === 'todo' ? undefined : next }, { replace: true })}
        options={BOXES.map((one) => ({ value: one, label: numbers?.[one] ? `${t(`box.${one}`)} ${numbers[one]}` : t(`box.${one}`) }))}
      />
      <Loaded
        query={rows}
        empty={(data) => data.pages[0]?.items.length === 0}
        whenEmpty={<Empty title={t(`none.${box}`)} help={t(`noneHelp.${box}`)} />}
      >
        {(data) => (
          <>
            <List label={t(`box.${box}`)}>{data.pages.flatMap((page) => page.items.map((row) => <Item key={row.id} row={row} />))}</List>
            {rows.hasNextPage && (
              <Btn busy={rows.isFetchingNextPage} onClick={() => void rows.fetchNextPage()}>
                {t('more')}
              </Btn>
            )}
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Item({ row }: { row: Row }) {
  const t = useT('flows');
  const due = row.due ? t('dueBy', { day: row.due }) : '';
  return (
    <ListItem
      to={`/applications/${row.id}`}
      title={`${row.flow_title} · ${row.applicant.name}`}
      note={
        <>
          {[row.summary, row.amount === null ? '' : yuan(row.amount), due].filter(Boolean).join(' · ')}{' '}
          {row.unread && <Badge tone="info">{t('unread')}</Badge>}
        </>
      }
      value={<Standing row={row} />}
    />
  );
}

/** What presses most: that it is late, that it was urged, or how far it is. */
function Standing({ row }: { row: Row }) {
  const t = useT('flows');
  const label = useLabel('flows');
  if (row.late) return <Badge tone="bad">{t('late')}</Badge>;
  if (row.urged_at) return <Badge tone="warn">{t('urged')}</Badge>;
  return <Badge tone={TONES[row.state]}>{label('states', row.state)}</Badge>;
}
