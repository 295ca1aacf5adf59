import { useNavigate } from '@tanstack/react-router';
import { Button, Segmented, Select, Space } from 'antd';
import { useMemo } from 'react';
import { api, type Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { useOutlines } from '@/shared/charts/outlines';
import { PlaceMap, type Spot } from '@/shared/charts/PlaceMap';
import { saveCsv } from '@/shared/csv';
import { Block } from '@/shared/ui/Block';
import { PageHead } from '@/shared/ui/PageHead';
import { AreaPicker } from '@/shared/ui/Pickers';
import { PlainTable } from '@/shared/ui/PlainTable';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { useUrl } from '@/shared/url';
import { useAreas } from '@/shared/words';
import { layerOf, LAYERS, type Layer } from './layers';
import { Figures, OutletLink, share } from './parts';

type Map = Schema<'FieldMap'>;
type Outlet = Map['outlets'][number];

/** Most outlets of the list beside the map. */
const MOST = 200;

/** 网点地图: outlets by class, last visit, score and territory, with coverage and gaps. */
export default function OutletMapPage() {
  const t = useT('field');
  const common = useT('common');
  const [url, change] = useUrl();
  const { areas, loading } = useAreas();
  const { manager, territory } = url;
  const query = api.useQuery(
    'get',
    '/api/v1/field/map',
    { params: { query: { manager, territory } } },
    { placeholderData: (before) => before },
  );
  const layer: Layer = LAYERS.find((one) => one === url.layer) ?? 'class';
  return (
    <>
      <PageHead
        title={t('map')}
        actions={
          <Space wrap>
            <Select
              aria-label={t('manager')}
              allowClear
              showSearch={{ optionFilterProp: 'label' }}
              placeholder={t('allManagers')}
              style={{ minWidth: 160 }}
              options={(query.data?.managers ?? []).map((one) => ({ value: one.login, label: `${one.name} ${one.login}` }))}
              value={manager ?? null}
              onChange={(value: string | null) => change({ manager: value ?? undefined })}
            />
            <AreaPicker areas={areas} loading={loading} value={territory} onChange={(code) => change({ territory: code })} />
            <Button disabled={!query.data} onClick={() => query.data && exported(query.data, t)}>
              {common('export')}
            </Button>
            <Button onClick={() => print()}>{common('print')}</Button>
          </Space>
        }
      />
      <QueryState
        query={query}
        rows={14}
        empty={(map) => map.outlets.length === 0}
        whenEmpty={<EmptyBox title={t('noOutlets')} help={t('noManagerHelp')} />}
      >
        {(map) => (
          <Content
            map={map}
            layer={layer}
            area={territory ?? ''}
            onLayer={(next) => change({ layer: next === 'class' ? undefined : next })}
          />
        )}
      </QueryState>
    </>
  );
}

interface ContentProps {
  map: Map;
  layer: Layer;
  area: string;
  onLayer: (layer: Layer) => void;
}

function Content({ map, layer, area, onLayer }: ContentProps) {
  const t = useT('field');
  const total = (of: (cover: Map['classes'][number]) => number) => map.classes.reduce((all, one) => all + of(one), 0);
  const outlets = total((one) => one.outlets);
  const visited = total((one) => one.visited);
  return (
    <>
      <Figures
        rows={[
          [t('outlets'), outlets],
          [t('coverage'), share(outlets === 0 ? null : Math.round((10_000 * visited) / outlets))],
          [t('overdueVisits'), total((one) => one.overdue)],
          [t('unkept'), total((one) => one.unkept)],
          [t('unplaced'), total((one) => one.unplaced)],
        ]}
      />
      <div className="grid" style={{ marginTop: 12 }}>
        <div className="w8">
          <Block
            title={t('outletsMap')}
            extra={
              <Segmented
                aria-label={t('layer')}
                value={layer}
                options={LAYERS.map((value) => ({ value, label: t(`layers.${value}`) }))}
                onChange={onLayer}
              />
            }
          >
            <Places map={map} layer={layer} area={area} />
          </Block>
        </div>
        <div className="w4">
          <Block title={t('coverByClass')}>
            <Cover rows={map.classes} label={t('coverByClass')} first={t('class')} />
          </Block>
          <Block title={t('coverByArea')}>
            <Cover rows={map.territories} label={t('coverByArea')} first={t('area')} />
          </Block>
        </div>
      </div>
      <div style={{ height: 12 }} />
      <Block title={t('gaps')}>
        <Gaps rows={map.outlets} />
      </Block>
    </>
  );
}

function Places({ map, layer, area }: Omit<ContentProps, 'onLayer'>) {
  const t = useT('field');
  const label = useLabel('field');
  const navigate = useNavigate();
  const outlines = useOutlines(area);
  const { kinds, spots } = useMemo(() => {
    const { kinds: found, of } = layerOf(map.outlets, layer);
    const placed = map.outlets.flatMap((outlet): Spot[] => {
      const { lat_e6, lon_e6, code, name } = outlet;
      if (lat_e6 === null || lon_e6 === null) return [];
      const said = [
        name,
        outlet.class,
        `${t('lastVisit')} ${outlet.last_visit ?? t('never')}`,
        outlet.last_score === null ? '' : share(outlet.last_score),
      ];
      return [{ code, name, lat_e6, lon_e6, of: of(outlet), shown: said.filter(Boolean).join(' · ') }];
    });
    return { kinds: found.map((kind) => kind.name ?? label(`layerKinds.${layer}`, kind.code ?? '')), spots: placed };
  }, [map, layer, t, label]);
  return (
    <>
      <PlaceMap
        label={t('mapSummary', { outlets: spots.length, layer: t(`layers.${layer}`) })}
        spots={spots}
        classes={kinds}
        outlines={outlines}
        height={520}
        onPick={(code) => void navigate({ to: '/outlets/$code', params: { code } as never })}
        data={{
          head: [t('outlet'), t('class'), t('lastVisit'), t('score')],
          rows: map.outlets.map((outlet) => [outlet.name, outlet.class, outlet.last_visit ?? t('never'), share(outlet.last_score)]),
        }}
      />
      <p className="muted">{t('mapHelp')}</p>
    </>
  );
}

function Cover({ rows, label, first }: { rows: Map['classes']; label: string; first: string }) {
  const t = useT('field');
  return (
    <PlainTable
      label={label}
      heads={[first, { num: t('outlets') }, { num: t('coverage') }, { num: t('overdueVisits') }, { num: t('unkept') }]}
      maxHeight={280}
    >
      <tbody>
        {rows.map((row) => (
          <tr key={row.key}>
            <th scope="row">{row.name || t('withoutClass')}</th>
            <td className="num">{row.outlets}</td>
            <td className="num">{share(row.share)}</td>
            <td className="num">{row.overdue}</td>
            <td className="num">{row.unkept}</td>
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}

/** Outlets that are to be visited: the longest without a visit first. */
function Gaps({ rows }: { rows: Outlet[] }) {
  const t = useT('field');
  const gaps = rows
    .filter((row) => row.overdue || row.manager === '')
    .toSorted((a, b) => (b.days_since ?? Infinity) - (a.days_since ?? Infinity));
  if (gaps.length === 0) return <p className="muted">{t('noGaps')}</p>;
  const heads = [
    t('outlet'),
    t('class'),
    t('area'),
    t('manager'),
    t('lastVisit'),
    { num: t('daysSince') },
    t('nextPlanned'),
    { num: t('openIssues') },
  ];
  return (
    <>
      <p className="muted" style={{ marginTop: 0 }}>
        {gaps.length > MOST ? t('gapsFirst', { shown: MOST, all: gaps.length }) : t('gapsHelp')}
      </p>
      <PlainTable label={t('gaps')} heads={heads} maxHeight={480}>
        <tbody>
          {gaps.slice(0, MOST).map((row) => (
            <tr key={row.code}>
              <th scope="row">
                <OutletLink code={row.code} name={row.name} />
              </th>
              <td>{row.class || '—'}</td>
              <td>{row.territory_name}</td>
              <td>{row.manager_name || <StatusTag tone="warn">{t('nobody')}</StatusTag>}</td>
              <td>{row.last_visit ?? t('never')}</td>
              <td className="num">{row.days_since ?? '—'}</td>
              <td>{row.next_planned ?? '—'}</td>
              <td className="num">{row.issues}</td>
            </tr>
          ))}
        </tbody>
      </PlainTable>
    </>
  );
}

function exported(map: Map, t: ReturnType<typeof useT<'field'>>) {
  const head = [
    'outletCode',
    'outlet',
    'class',
    'area',
    'manager',
    'lastVisit',
    'daysSince',
    'score',
    'openIssues',
    'nextPlanned',
  ] as const;
  const rows = map.outlets.map((row) => [
    row.code,
    row.name,
    row.class,
    row.territory_name,
    row.manager_name,
    row.last_visit ?? '',
    String(row.days_since ?? ''),
    share(row.last_score),
    String(row.issues),
    row.next_planned ?? '',
  ]);
  saveCsv([head.map((key) => t(key)), ...rows], `${t('map')} ${map.today}`);
}
