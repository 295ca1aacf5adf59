import { Link } from '@tanstack/react-router';
import { DatePicker, Select } from 'antd';
import dayjs from 'dayjs';
import { api, type Schema } from '@/api/client';
import { useMe } from '@/api/me';
import { useT } from '@/i18n';
import { count, percent, yuan } from '@/shared/format/money';
import { usePermission } from '@/shared/permissions';
import { Block } from '@/shared/ui/Block';
import { PageHead } from '@/shared/ui/PageHead';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { useUrl } from '@/shared/url';

type Switch = Schema<'SwitchView'>;
type Side = Schema<'ComparedSide'>;
type State = 'over' | 'holds' | 'coming';
const TONES = { over: 'plain', holds: 'good', coming: 'info' } as const;

/** Coordination features by territory and day, and how the pilot does beside the others. */
export default function SwitchesPage() {
  const t = useT('standards');
  const [url, change] = useUrl();
  const sees = usePermission('volume.read');
  const query = api.useQuery('get', '/api/v1/switches');
  return (
    <>
      <PageHead title={t('switches.title')} />
      <QueryState query={query}>
        {(rows) => {
          const chosen = rows.find((row) => row.name === url.name) ?? rows.find((row) => row.places.length > 0) ?? rows[0];
          return (
            <>
              {rows.map((row) => (
                <Places key={row.name} row={row} />
              ))}
              {sees && chosen && (
                <Comparison
                  rows={rows}
                  chosen={chosen}
                  metric={url.metric ?? 'effective_orders'}
                  days={[url.from, url.to]}
                  change={change}
                />
              )}
            </>
          );
        }}
      </QueryState>
    </>
  );
}

function Places({ row }: { row: Switch }) {
  const t = useT('standards');
  return (
    <Block
      title={row.title}
      extra={
        <Link to="/parameters" search={{ id: row.name } as never}>
          {t('switches.set')}
        </Link>
      }
    >
      <p className="muted" style={{ marginTop: 0 }}>
        {row.default_on ? t('switches.elsewhereOn') : t('switches.elsewhereOff')}
      </p>
      {row.places.length === 0 ? (
        <EmptyBox title={t('switches.none')} />
      ) : (
        <table className="plain-table">
          <thead>
            <tr>
              <th scope="col">{t('switches.place')}</th>
              <th scope="col">{t('switches.onOff')}</th>
              <th scope="col">{t('switches.from')}</th>
              <th scope="col">{t('switches.to')}</th>
              <th scope="col">{t('switches.state')}</th>
              <th scope="col">{t('switches.owner')}</th>
            </tr>
          </thead>
          <tbody>
            {row.places.map((place) => (
              <tr key={`${place.scope} ${place.from}`}>
                <th scope="row">{place.scope_name}</th>
                <td>{place.on ? t('switches.on') : t('switches.off')}</td>
                <td>{place.from}</td>
                <td>{place.to ?? t('switches.open')}</td>
                <td>
                  <StatusTag tone={TONES[place.state as State]}>{t(`switches.states.${place.state as State}`)}</StatusTag>
                </td>
                <td>{place.owner}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Block>
  );
}

interface ComparisonProps {
  rows: Switch[];
  chosen: Switch;
  metric: string;
  days: [string | undefined, string | undefined];
  change: (patch: Record<string, string>) => void;
}

function Comparison({ rows, chosen, metric, days, change }: ComparisonProps) {
  const t = useT('standards');
  const me = useMe();
  const catalogue = api.useQuery('get', '/api/v1/metrics').data;
  const from = days[0] ?? `${me.today.slice(0, 7)}-01`;
  const to = days[1] ?? me.today;
  const query = api.useQuery(
    'get',
    '/api/v1/switches/{name}/comparison',
    { params: { path: { name: chosen.name }, query: { metric, from, to } } },
    { placeholderData: (before) => before },
  );
  return (
    <Block
      title={t('switches.compare')}
      extra={
        <span style={{ display: 'inline-flex', flexWrap: 'wrap', gap: 8 }}>
          <Select
            aria-label={t('switches.which')}
            value={chosen.name}
            style={{ minWidth: 200 }}
            options={rows.map((row) => ({ value: row.name, label: row.title }))}
            onChange={(name: string) => change({ name })}
          />
          <Select
            aria-label={t('switches.metric')}
            value={metric}
            style={{ minWidth: 160 }}
            showSearch={{ optionFilterProp: 'label' }}
            options={(catalogue?.metrics ?? []).filter((one) => one.additive).map((one) => ({ value: one.id, label: one.name }))}
            onChange={(value: string) => change({ metric: value })}
          />
          <DatePicker.RangePicker
            aria-label={t('switches.days')}
            allowClear={false}
            value={[dayjs(from), dayjs(to)]}
            onChange={(range) =>
              range?.[0] && range[1] && change({ from: range[0].format('YYYY-MM-DD'), to: range[1].format('YYYY-MM-DD') })
            }
          />
        </span>
      }
    >
      <QueryState query={query}>
        {(found) => {
          const shown = (value: number) => (found.unit === 'fen' ? yuan(value) : count(value));
          const sides: [string, Side][] = [
            [t('switches.pilot'), found.pilot],
            [t('switches.others'), found.others],
          ];
          return (
            <>
              <table className="plain-table">
                <thead>
                  <tr>
                    <th scope="col">{t('switches.side')}</th>
                    <th scope="col" className="num">
                      {t('switches.areas')}
                    </th>
                    <th scope="col" className="num">
                      {t('switches.outlets')}
                    </th>
                    <th scope="col" className="num">
                      {found.metric_name}
                    </th>
                    <th scope="col" className="num">
                      {t('switches.perOutlet')}
                    </th>
                    <th scope="col" className="num">
                      {t('switches.growth')}
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {sides.map(([name, side]) => (
                    <tr key={name}>
                      <th scope="row">{name}</th>
                      <td className="num">{count(side.areas)}</td>
                      <td className="num">{count(side.outlets)}</td>
                      <td className="num">{shown(side.value)}</td>
                      <td className="num">
                        {side.per_outlet === null
                          ? '—'
                          : found.unit === 'fen'
                            ? yuan(Math.round(side.per_outlet / 100))
                            : count(side.per_outlet / 100)}
                      </td>
                      <td className="num">{side.growth_ppm === null ? '—' : percent(side.growth_ppm / 1_000_000)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
              {found.pilot.areas === 0 && <p className="muted">{t('switches.noPilot')}</p>}
              <table className="plain-table" style={{ marginTop: 16 }}>
                <thead>
                  <tr>
                    <th scope="col">{t('switches.area')}</th>
                    <th scope="col">{t('switches.onOff')}</th>
                    <th scope="col" className="num">
                      {t('switches.outlets')}
                    </th>
                    <th scope="col" className="num">
                      {found.metric_name}
                    </th>
                    <th scope="col" className="num">
                      {t('switches.before')}
                    </th>
                  </tr>
                </thead>
                <tbody>
                  {found.areas.map((area) => (
                    <tr key={area.code}>
                      <th scope="row">{area.name}</th>
                      <td>{area.on ? t('switches.onSince', { since: area.since ?? '' }) : t('switches.off')}</td>
                      <td className="num">{count(area.outlets)}</td>
                      <td className="num">{shown(area.value)}</td>
                      <td className="num">{shown(area.previous)}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </>
          );
        }}
      </QueryState>
    </Block>
  );
}
