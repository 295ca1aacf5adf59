import { Link } from '@tanstack/react-router';
import { Button } from 'antd';
import { api } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { percent } from '@/shared/format/money';
import { Can } from '@/shared/permissions';
import { PageHead } from '@/shared/ui/PageHead';
import { PlainTable } from '@/shared/ui/PlainTable';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { EVENT_TONES } from './tones';

/** 招商会: each as a project, with how far it is and what came of it. */
export default function EventsPage() {
  const t = useT('recruit');
  const label = useLabel('recruit');
  const query = api.useQuery('get', '/api/v1/recruiting/events');
  const share = (ppm: number | null) => (ppm === null ? '—' : percent(ppm / 1_000_000));
  return (
    <>
      <PageHead
        title={t('events')}
        actions={
          <Can permission="flow.start">
            <Link to="/applications/new/$flow" params={{ flow: 'recruiting_event' } as never}>
              <Button type="primary">{t('apply')}</Button>
            </Link>
          </Can>
        }
      />
      <QueryState
        query={query}
        rows={6}
        empty={(rows) => rows.length === 0}
        whenEmpty={<EmptyBox title={t('eventNone')} help={t('eventNoneHelp')} />}
      >
        {(rows) => (
          <PlainTable label={t('events')}>
            <thead>
              <tr>
                {(['events', 'heldOn', 'place', 'owner', 'state', 'tasks', 'confirmedShare', 'attended', 'signedShare'] as const).map(
                  (key) => (
                    <th key={key} scope="col">
                      {t(key)}
                    </th>
                  ),
                )}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.id}>
                  <th scope="row">
                    <Link to="/recruiting/events/$id" params={{ id: row.id } as never}>
                      {row.title}
                    </Link>
                    <div className="muted">{row.id}</div>
                  </th>
                  <td>
                    {row.held_on}{' '}
                    {row.state === 'preparing' && row.days_left > 0 && (
                      <span className="muted">{t('daysLeft', { days: row.days_left })}</span>
                    )}
                  </td>
                  <td>{row.place}</td>
                  <td>{row.owner_name}</td>
                  <td>
                    <StatusTag tone={EVENT_TONES[row.state]}>{label('eventStates', row.state)}</StatusTag>
                  </td>
                  <td>
                    {t('tasksDone', { done: row.tasks_done, all: row.tasks })}{' '}
                    {row.tasks_late > 0 && <StatusTag tone="bad">{t('lateCount', { count: row.tasks_late })}</StatusTag>}
                  </td>
                  <td>{share(row.figures.confirmed_ppm)}</td>
                  <td>{row.figures.attended}</td>
                  <td>{share(row.figures.signed_ppm)}</td>
                </tr>
              ))}
            </tbody>
          </PlainTable>
        )}
      </QueryState>
    </>
  );
}
