import { Link } from '@tanstack/react-router';
import { Button, Form, Input, Select, Space } from 'antd';
import { useState } from 'react';
import { answer, api, http, queries } from '@/api/client';
import { useMe } from '@/api/me';
import { useLabel, useT } from '@/i18n';
import { count } from '@/shared/format/money';
import { dayPlus } from '@/shared/format/time';
import { ROADSHOW_STATES, stateTone, type RoadshowUnit } from '@/shared/roadshow';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { Money } from '@/shared/ui/Money';
import { PageHead } from '@/shared/ui/PageHead';
import { AreaPicker } from '@/shared/ui/Pickers';
import { PlainTable } from '@/shared/ui/PlainTable';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { useUrl } from '@/shared/url';
import { useAreas } from '@/shared/words';
import { Sums } from './parts';

/** Weeks in sight at once. */
const WEEKS = 4;

/** The Monday of a day's week. */
const monday = (day: string): string => dayPlus(day, -((new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7));

/** 流动助销: units by week, with what their stops came to. */
export default function RoadshowsPage() {
  const t = useT('roadshow');
  const common = useT('common');
  const { today } = useMe();
  const [url, change] = useUrl();
  const [booking, setBooking] = useState(false);
  const week = monday(url.week ?? today);
  const asked = { week, weeks: WEEKS, state: url.state };
  const query = api.useQuery('get', '/api/v1/field/roadshows', { params: { query: asked } });
  return (
    <>
      <PageHead
        title={t('title')}
        note={t('span', { from: week, to: dayPlus(week, WEEKS * 7 - 1) })}
        actions={
          <>
            <Space.Compact>
              <Button aria-label={t('earlier')} onClick={() => change({ week: dayPlus(week, -7) })}>
                ‹
              </Button>
              <Button onClick={() => change({ week: undefined })}>{t('thisWeek')}</Button>
              <Button aria-label={t('later')} onClick={() => change({ week: dayPlus(week, 7) })}>
                ›
              </Button>
            </Space.Compact>
            <Select
              aria-label={t('state')}
              style={{ minWidth: 120 }}
              value={url.state ?? ''}
              options={[{ value: '', label: t('all') }, ...ROADSHOW_STATES.map((value) => ({ value, label: t(`states.${value}`) }))]}
              onChange={(state: string) => change({ state: state || undefined })}
            />
            <Button onClick={() => print()}>{common('print')}</Button>
            {query.data?.may_book && (
              <Button type="primary" onClick={() => setBooking(true)}>
                {t('book')}
              </Button>
            )}
          </>
        }
      />
      <QueryState query={query} rows={6}>
        {({ rows, totals }) => (
          <>
            <Sums totals={totals} />
            <div style={{ height: 12 }} />
            {rows.length === 0 ? <EmptyBox title={t('none')} help={t('noneHelp')} /> : <Units rows={rows} />}
          </>
        )}
      </QueryState>
      {booking && <Book week={week < monday(today) ? monday(today) : week} onClose={() => setBooking(false)} />}
    </>
  );
}

function Units({ rows }: { rows: RoadshowUnit[] }) {
  const t = useT('roadshow');
  const label = useLabel('roadshow');
  const heads = [t('week'), t('unit'), t('area'), t('state'), t('leader'), t('vehicle'), t('kit')];
  const sums = [t('stops'), t('activations'), t('handsets'), t('cost'), t('perActivation')].map((num) => ({ num }));
  return (
    <PlainTable label={t('title')} heads={[...heads, ...sums]}>
      <tbody>
        {rows.map((row) => (
          <tr key={row.id}>
            <td>{row.week}</td>
            <td>
              <Link to="/field/roadshows/$id" params={{ id: row.id } as never}>
                {row.title}
              </Link>
            </td>
            <td>{row.territory_name}</td>
            <td>
              <StatusTag tone={stateTone(row.state)}>{label('states', row.state)}</StatusTag>{' '}
              {row.short && !row.approved && <StatusTag tone="bad">{t('short')}</StatusTag>}
              {row.short && row.approved && <StatusTag tone="warn">{t('shortApproved')}</StatusTag>}
            </td>
            <td>{row.leader_name}</td>
            <td>{row.vehicle}</td>
            <td>{row.kit}</td>
            <td className="num">{count(row.totals.stops)}</td>
            <td className="num">{count(row.totals.activations)}</td>
            <td className="num">{count(row.totals.handsets)}</td>
            <td className="num">
              <Money fen={row.totals.cost} />
            </td>
            <td className="num">{row.totals.cost_per_activation === null ? '—' : <Money fen={row.totals.cost_per_activation} />}</td>
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}

interface Booked {
  week: string;
  title: string;
  territory: string;
  vehicle: string;
  kit: string;
  crew: string;
}

/** Logins and work IDs, one a line or between blanks. */
const codes = (typed: string): string[] => typed.split(/[\s,，、]+/).filter(Boolean);

function Area({ value, onChange }: { value?: string; onChange?: (code?: string) => void }) {
  const { areas, loading } = useAreas();
  return <AreaPicker areas={areas} loading={loading} value={value} onChange={(code) => onChange?.(code)} />;
}

function Book({ week, onClose }: { week: string; onClose: () => void }) {
  const t = useT('roadshow');
  const [id] = useState(() => crypto.randomUUID());
  const weeks = Array.from({ length: 9 }, (_, at) => dayPlus(week, at * 7));
  const needed = [{ required: true, message: t('needed') }];
  return (
    <ActionDrawer<Booked>
      open
      title={t('book')}
      consequence={t('bookHelp')}
      verb={t('book')}
      done={t('booked')}
      initial={{ week }}
      onClose={onClose}
      onSubmit={async ({ crew, ...said }) => {
        const people = codes(crew);
        await answer(http.POST('/api/v1/field/roadshows', { body: { id, ...said, leader: people[0] ?? '', crew: people } }));
        await queries.invalidateQueries();
      }}
    >
      <Form.Item name="title" label={t('unit')} rules={[{ required: true, whitespace: true, message: t('needed') }]}>
        <Input maxLength={60} />
      </Form.Item>
      <Form.Item name="week" label={t('week')} rules={needed}>
        <Select options={weeks.map((value) => ({ value, label: t('span', { from: value, to: dayPlus(value, 6) }) }))} />
      </Form.Item>
      <Form.Item name="territory" label={t('area')} rules={needed}>
        <Area />
      </Form.Item>
      <Form.Item name="crew" label={t('crew')} extra={t('crewHelp')} rules={[{ required: true, whitespace: true, message: t('needed') }]}>
        <Input.TextArea rows={4} />
      </Form.Item>
      <Form.Item name="vehicle" label={t('vehicle')} rules={[{ required: true, whitespace: true, message: t('needed') }]}>
        <Input maxLength={20} />
      </Form.Item>
      <Form.Item name="kit" label={t('kit')} rules={[{ required: true, whitespace: true, message: t('needed') }]}>
        <Input maxLength={20} />
      </Form.Item>
    </ActionDrawer>
  );
}
