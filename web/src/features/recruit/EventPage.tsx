import { Link, useParams } from '@tanstack/react-router';
import { Button, Form, Input, Space, Tabs } from 'antd';
import { useState } from 'react';
import { api, http, ifMatch, queries, type Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { fenOf, money, percent, yuan } from '@/shared/format/money';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { PageHead } from '@/shared/ui/PageHead';
import { QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { useUrl } from '@/shared/url';
import { Floor } from './Floor';
import { Guests } from './Guests';
import { Tasks } from './Tasks';
import { EVENT_TONES } from './tones';

export type Whole = Schema<'EventWhole'>;
type Turn = 'held' | 'closed' | 'cancelled';

/** One recruiting event: tasks, guests, what happens on the floor, and what came of it. */
export default function EventPage() {
  const { id = '' } = useParams({ strict: false }) as { id?: string };
  const query = api.useQuery('get', '/api/v1/recruiting/events/{id}', { params: { path: { id } } });
  return (
    <QueryState query={query} rows={10}>
      {(whole) => <Record whole={whole} reload={async () => void (await query.refetch())} />}
    </QueryState>
  );
}

function Record({ whole, reload }: { whole: Whole; reload: () => Promise<void> }) {
  const t = useT('recruit');
  const common = useT('common');
  const label = useLabel('recruit');
  const [url, change] = useUrl();
  const [turning, setTurning] = useState<Turn>();
  const { event, next } = whole;
  const { figures } = event;
  const share = (ppm: number | null) => (ppm === null ? '—' : percent(ppm / 1_000_000));
  const shown: [string, string][] = [
    [t('confirmedShare'), share(figures.confirmed_ppm)],
    [t('confirmedOf'), `${figures.confirmed} / ${figures.invited}`],
    [t('attended'), String(figures.attended)],
    [t('prospectsOf'), `${figures.prospects} / ${figures.cards}`],
    [t('signedShare'), share(figures.signed_ppm)],
    [t('signedOf'), `${figures.signed} / ${figures.attended}`],
    [t('costPer'), figures.cost_per_signed === null ? '—' : yuan(figures.cost_per_signed)],
  ];
  return (
    <>
      <PageHead
        title={event.title}
        note={<StatusTag tone={EVENT_TONES[event.state]}>{label('eventStates', event.state)}</StatusTag>}
        actions={
          <Space wrap>
            {next.map((to) => (
              <Button
                key={to}
                type={to === 'cancelled' ? 'default' : 'primary'}
                danger={to === 'cancelled'}
                onClick={() => setTurning(to as Turn)}
              >
                {label('turn', to)}
              </Button>
            ))}
            <Button onClick={() => print()}>{common('print')}</Button>
          </Space>
        }
      />
      <p className="muted" style={{ marginTop: 0 }}>
        <Link to="/applications/$id" params={{ id: event.id } as never}>
          {t('event', { id: event.id })}
        </Link>
        {` · ${event.held_on} · ${event.place} · ${event.owner_name} · ${t('goal')} ${event.goal} · ${t('budget')} ${yuan(event.budget)}`}
      </p>
      <dl className="figures">
        {shown.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <Tabs
        activeKey={url.tab ?? 'tasks'}
        destroyOnHidden
        onChange={(tab) => change({ tab: tab === 'tasks' ? undefined : tab })}
        items={[
          { key: 'tasks', label: t('tasks'), children: <Tasks whole={whole} reload={reload} /> },
          { key: 'guests', label: t('guests'), children: <Guests event={event} /> },
          { key: 'floor', label: t('floor'), children: <Floor whole={whole} /> },
        ]}
      />
      {turning && <TurnTo event={event} to={turning} reload={reload} onClose={() => setTurning(undefined)} />}
    </>
  );
}

interface TurnProps {
  event: Whole['event'];
  to: Turn;
  reload: () => Promise<void>;
  onClose: () => void;
}

function TurnTo({ event, to, reload, onClose }: TurnProps) {
  const t = useT('recruit');
  return (
    <ActionDrawer<{ cost: string; note?: string }>
      open
      danger={to === 'cancelled'}
      title={t(`turn.${to}`)}
      consequence={t(`turnHelp.${to}`)}
      verb={t(`turn.${to}`)}
      done={t('turned')}
      initial={{ cost: money(event.cost).replaceAll(',', '') }}
      onClose={onClose}
      onStale={async () => {
        await reload();
        return [];
      }}
      onSubmit={async ({ cost, note }) => {
        await http.POST('/api/v1/recruiting/events/{id}/state', {
          params: { path: { id: event.id }, header: ifMatch(event.version) },
          body: { to, cost: fenOf(cost) ?? 0, note: note ?? '' },
        });
        await queries.invalidateQueries();
      }}
    >
      <Form.Item
        name="cost"
        label={t('cost')}
        rules={[
          {
            required: true,
            validator: (_, typed?: string) =>
              typed && (fenOf(typed) ?? -1) >= 0 ? Promise.resolve() : Promise.reject(new Error(t('money'))),
          },
        ]}
      >
        <Input inputMode="decimal" autoComplete="off" />
      </Form.Item>
      <Form.Item
        name="note"
        label={to === 'cancelled' ? t('reason') : t('note')}
        rules={to === 'cancelled' ? [{ required: true, min: 2, whitespace: true, message: t('atLeast') }] : []}
      >
        <Input.TextArea rows={3} maxLength={200} showCount />
      </Form.Item>
    </ActionDrawer>
  );
}
