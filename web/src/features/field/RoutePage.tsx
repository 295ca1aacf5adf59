import { Link, useParams } from '@tanstack/react-router';
import { Alert, App, Button, Space } from 'antd';
import { useMemo, useState } from 'react';
import { api, http, ifMatch, queries, type Schema } from '@/api/client';
import { ApiError } from '@/api/errors';
import { useT } from '@/i18n';
import { PlaceMap, type Spot } from '@/shared/charts/PlaceMap';
import { saveCsv } from '@/shared/csv';
import { weekday } from '@/shared/format/time';
import { Block } from '@/shared/ui/Block';
import { PageHead } from '@/shared/ui/PageHead';
import { PlainTable } from '@/shared/ui/PlainTable';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { Figures, OutletLink } from './parts';
import { sent } from './plan';

type Route = Schema<'FieldRoute'>;

/** The best order of a planned day, with times and what does not fit. */
export default function RoutePage() {
  const { manager = '', day = '' } = useParams({ strict: false }) as { manager?: string; day?: string };
  const query = api.useQuery('get', '/api/v1/field/plan/{manager}/{day}/route', { params: { path: { manager, day } } });
  return (
    <QueryState query={query} rows={12}>
      {(route) => <Content route={route} />}
    </QueryState>
  );
}

function Content({ route }: { route: Route }) {
  const t = useT('field');
  const common = useT('common');
  const asked = { params: { query: { manager: route.manager, from: route.day } } };
  const plan = api.useQuery('get', '/api/v1/field/plan', asked).data;
  const saved = Math.max(0, Math.round((route.planned_travel_s - route.travel_s) / 60));
  const inOrder = route.stops.every((stop, at) => stop.planned_at === at + 1);
  return (
    <>
      <PageHead
        title={t('routeOf', { day: route.day })}
        note={[weekday(route.day), plan?.manager_name ?? route.manager].join(' · ')}
        actions={
          <Space wrap>
            {plan?.may_change && !inOrder && <TakeOrder route={route} day={plan.days.find((one) => one.day === route.day)} />}
            <Button onClick={() => exported(route, t)}>{common('export')}</Button>
            <Button onClick={() => print()}>{common('print')}</Button>
          </Space>
        }
      />
      <p className="muted" style={{ marginTop: 0 }}>
        <Link to="/field/plan" search={{ manager: route.manager } as never}>
          {t('plan')}
        </Link>
      </p>
      <Figures
        rows={[
          [t('stops'), route.stops.length],
          [t('begins'), route.begins],
          [t('ends'), route.ends],
          [t('onTheWay'), t('minutesOf', { minutes: Math.round(route.travel_s / 60) })],
          [t('savedMinutes'), t('minutesOf', { minutes: saved })],
        ]}
      />
      {route.left.length > 0 && (
        <Alert
          style={{ margin: '12px 0' }}
          type="warning"
          showIcon
          title={t('doesNotFit', { count: route.left.length })}
          description={
            <ul className="plain-list">
              {route.left.map((row) => (
                <li key={row.outlet}>
                  <OutletLink code={row.outlet} name={row.name} />
                  <div>{row.why_text}</div>
                </li>
              ))}
            </ul>
          }
        />
      )}
      <div className="grid" style={{ marginTop: 12 }}>
        <div className="w8">
          <Block title={t('routeMap')}>
            <Way route={route} />
          </Block>
        </div>
        <div className="w4">
          <Block title={t('routeStops')}>
            {route.stops.length === 0 ? <EmptyBox title={t('noStops')} help={t('noStopsHelp')} /> : <Stops rows={route.stops} />}
          </Block>
        </div>
      </div>
    </>
  );
}

function Way({ route }: { route: Route }) {
  const t = useT('field');
  const spots = useMemo(
    () =>
      route.stops.flatMap((stop, at): Spot[] =>
        stop.lat_e6 === null || stop.lon_e6 === null
          ? []
          : [
              {
                code: stop.outlet,
                name: stop.name,
                lat_e6: stop.lat_e6,
                lon_e6: stop.lon_e6,
                of: 0,
                shown: `${at + 1}. ${stop.name} ${stop.arrives}–${stop.leaves}`,
                mark: `${at + 1} ${stop.arrives}`,
              },
            ],
      ),
    [route],
  );
  const way = useMemo(() => spots.map((spot): [number, number] => [spot.lat_e6, spot.lon_e6]), [spots]);
  const unplaced = route.stops.length - spots.length;
  return (
    <>
      <PlaceMap
        label={t('routeSummary', { day: route.day, stops: route.stops.length })}
        spots={spots}
        classes={[t('stops')]}
        way={way}
        height={460}
        data={{ head: [t('outlet'), t('arrives'), t('leaves')], rows: route.stops.map((stop) => [stop.name, stop.arrives, stop.leaves]) }}
      />
      {unplaced > 0 && <p className="muted">{t('unplacedOf', { count: unplaced })}</p>}
    </>
  );
}

function Stops({ rows }: { rows: Route['stops'] }) {
  const t = useT('field');
  return (
    <PlainTable label={t('routeStops')} heads={[{ num: t('order') }, t('outlet'), t('arrives'), t('leaves'), { num: t('plannedAt') }]}>
      <tbody>
        {rows.map((stop, at) => (
          <tr key={stop.outlet}>
            <td className="num">{at + 1}</td>
            <th scope="row">
              <OutletLink code={stop.outlet} name={stop.name} />
              <div className="muted">{t('minutesOf', { minutes: stop.service })}</div>
            </th>
            <td>{stop.arrives}</td>
            <td>{stop.leaves}</td>
            <td className="num">{stop.planned_at}</td>
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}

/** Takes the order over into the plan; what does not fit stays at the end. */
function TakeOrder({ route, day }: { route: Route; day: Schema<'FieldPlanDay'> | undefined }) {
  const t = useT('field');
  const common = useT('common');
  const { message } = App.useApp();
  const [busy, setBusy] = useState(false);
  if (!day) return null;
  const take = async () => {
    setBusy(true);
    try {
      const order = [...route.stops, ...route.left].map((stop) => stop.outlet);
      const stops = day.stops.toSorted((a, b) => order.indexOf(a.outlet) - order.indexOf(b.outlet));
      const params = { path: { manager: route.manager, day: route.day }, header: ifMatch(route.version) };
      await http.PUT('/api/v1/field/plan/{manager}/{day}', { params, body: { stops: sent(stops), reason: t('takeOrderReason') } });
      void message.success(t('tookOrder'));
    } catch (error) {
      void message.error(error instanceof ApiError ? error.message : common('state.failed'));
    } finally {
      setBusy(false);
      await queries.invalidateQueries();
    }
  };
  return (
    <Button type="primary" loading={busy} title={t('takeOrderHelp')} onClick={() => void take()}>
      {t('takeOrder')}
    </Button>
  );
}

function exported(route: Route, t: ReturnType<typeof useT<'field'>>) {
  const head = ['order', 'outletCode', 'outlet', 'arrives', 'leaves'] as const;
  const rows = route.stops.map((stop, at) => [String(at + 1), stop.outlet, stop.name, stop.arrives, stop.leaves]);
  saveCsv([head.map((key) => t(key)), ...rows], t('routeOf', { day: route.day }));
}
