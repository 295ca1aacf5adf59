import { useQueries, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button, Space } from 'antd';
import { useMemo } from 'react';
import { api, type Schema } from '@/api/client';
import { useMe } from '@/api/me';
import { useLabel, useT } from '@/i18n';
import { PlaceMap, type Spot } from '@/shared/charts/PlaceMap';
import { clock, instant, weekday } from '@/shared/format/time';
import { Block } from '@/shared/ui/Block';
import { PageHead } from '@/shared/ui/PageHead';
import { PlainTable } from '@/shared/ui/PlainTable';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { useUrl } from '@/shared/url';
import { visitsOfDay, type VisitLine } from './data';
import { DayPick, Figures, ManagerPick, OfManager, OutletLink, useManager } from './parts';
import { COUNT_TONES, LEVEL_TONES } from './tones';

/** A day's visits again, in the order of time. */
export default function ReplayPage() {
  return <OfManager>{(login) => <Day key={login} manager={login} />}</OfManager>;
}

function Day({ manager }: { manager: string }) {
  const t = useT('field');
  const common = useT('common');
  const who = useManager();
  const me = useMe();
  const [url, change] = useUrl();
  const day = url.day ?? me.today;
  const query = useQuery({ queryKey: ['field', 'day', manager, day], queryFn: ({ signal }) => visitsOfDay(manager, day, signal) });
  return (
    <>
      <PageHead
        title={t('replay')}
        note={`${day} ${weekday(day)}`}
        actions={
          <Space wrap>
            <ManagerPick value={manager} managers={who.managers} onChange={who.pick} />
            <DayPick value={day} onChange={(next) => change({ day: next, at: undefined })} />
            <Button onClick={() => print()}>{common('print')}</Button>
          </Space>
        }
      />
      <QueryState
        query={query}
        rows={10}
        empty={(lines) => lines.length === 0}
        whenEmpty={<EmptyBox title={t('noVisitsOn', { day })} help={t('noVisitsHelp')} />}
      >
        {(lines) => <Course lines={lines} />}
      </QueryState>
    </>
  );
}

interface Seen {
  line: VisitLine;
  entered: Schema<'VisitPoint'> | undefined;
}

function Course({ lines }: { lines: VisitLine[] }) {
  const t = useT('field');
  const [url, change] = useUrl();
  const wholes = useQueries({
    queries: lines.map((line) => api.queryOptions('get', '/api/v1/field/visits/{id}', { params: { path: { id: line.id } } })),
    combine: (found) => found.map((one) => one.data),
  });
  const seen: Seen[] = lines.map((line, at) => ({ line, entered: wholes[at]?.track.find((point) => point.what === 'check_in') }));
  const shown = Math.min(lines.length, Math.max(1, Number(url.at ?? lines.length) || lines.length));
  const now = seen[shown - 1];
  const set = (at: number) => change({ at: at === lines.length ? undefined : at }, { replace: true });
  const inside = lines.reduce((sum, line) => sum + (line.minutes ?? 0), 0);
  return (
    <>
      <Figures
        rows={[
          [t('visits'), lines.length],
          [t('firstIn'), timeOf(lines[0]?.entered_us)],
          [t('lastOut'), timeOf(lines.at(-1)?.left_us)],
          [t('inside'), inside],
        ]}
      />
      <div className="grid" style={{ marginTop: 12 }}>
        <div className="w8">
          <Block title={t('replayMap')}>
            <Track seen={seen.slice(0, shown)} />
            <div className="no-print" style={{ display: 'flex', gap: 12, alignItems: 'center' }}>
              <Button aria-label={t('stepBack')} disabled={shown <= 1} onClick={() => set(shown - 1)}>
                ‹
              </Button>
              <input
                type="range"
                style={{ flex: 1 }}
                min={1}
                max={Math.max(2, lines.length)}
                disabled={lines.length < 2}
                value={shown}
                aria-label={t('replayStep')}
                aria-valuetext={now?.line.outlet_name}
                onChange={(event) => set(Number(event.target.value))}
              />
              <Button aria-label={t('stepOn')} disabled={shown >= lines.length} onClick={() => set(shown + 1)}>
                ›
              </Button>
            </div>
            <p aria-live="polite" style={{ marginBottom: 0 }}>
              {now && t('replayNow', { number: shown, of: lines.length, outlet: now.line.outlet_name, at: timeOf(now.line.entered_us) })}
            </p>
          </Block>
        </div>
        <div className="w4">
          <Block title={t('inOrder')}>
            <Order seen={seen} shown={shown} />
          </Block>
        </div>
      </div>
    </>
  );
}

const timeOf = (micros: number | null | undefined) => (micros === null || micros === undefined ? '—' : clock(instant(micros)));

function Track({ seen }: { seen: Seen[] }) {
  const t = useT('field');
  const spots = useMemo(
    () =>
      seen.flatMap(({ line, entered }, at): Spot[] => {
        if (!entered || entered.lat_e6 === null || entered.lon_e6 === null) return [];
        const { lat_e6, lon_e6 } = entered;
        const of = line.counts === 'held' ? 1 : line.counts === 'no' ? 2 : 0;
        const shown = `${at + 1}. ${line.outlet_name} ${timeOf(line.entered_us)}–${timeOf(line.left_us)}`;
        return [{ code: line.id, name: line.outlet_name, lat_e6, lon_e6, of, shown, mark: `${at + 1} ${timeOf(line.entered_us)}` }];
      }),
    [seen],
  );
  const way = useMemo(() => spots.map((spot): [number, number] => [spot.lat_e6, spot.lon_e6]), [spots]);
  return (
    <PlaceMap
      label={t('replaySummary', { visits: seen.length })}
      spots={spots}
      classes={[t('classFine'), t('counts.held'), t('counts.no')]}
      way={way}
      data={{
        head: [t('outlet'), t('entered'), t('left')],
        rows: seen.map(({ line }) => [line.outlet_name, timeOf(line.entered_us), timeOf(line.left_us)]),
      }}
    />
  );
}

function Order({ seen, shown }: { seen: Seen[]; shown: number }) {
  const t = useT('field');
  const label = useLabel('field');
  return (
    <PlainTable label={t('inOrder')} heads={[{ num: t('order') }, t('outlet'), t('evidence'), t('countsHead')]}>
      <tbody>
        {seen.map(({ line, entered }, at) => (
          <tr key={line.id} className={at + 1 === shown ? 'current' : undefined}>
            <td className="num">{at + 1}</td>
            <th scope="row">
              <OutletLink code={line.outlet} name={line.outlet_name} />
              <div className="muted">
                <Link to="/field/visits/$id" params={{ id: line.id } as never}>
                  {`${timeOf(line.entered_us)}–${timeOf(line.left_us)}`}
                </Link>{' '}
                {line.minutes !== null && t('minutesOf', { minutes: line.minutes })}
              </div>
            </th>
            <td>{entered ? <StatusTag tone={LEVEL_TONES[entered.level]}>{label('levels', entered.level)}</StatusTag> : '—'}</td>
            <td>
              <StatusTag tone={COUNT_TONES[line.counts]}>{label('counts', line.counts)}</StatusTag>
            </td>
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}
