import { useEffect, useMemo, useState, type ReactNode } from 'react';
import { useT } from '@/i18n';
import { useDark } from '@/shared/prefs';
import { CLASSES } from '@/shared/theme';
import { bounds, classOf } from './classes';
import { Chart } from './Chart';
import { echarts } from './echarts';

export interface MapArea {
  code: string;
  name: string;
  value: number;
  /** The value in words. */
  shown: string;
}

/** Outlines of areas, as deployment data: GeoJSON whose features carry `code`, and where they come from. */
export interface Outlines {
  /** Name under which ECharts knows them. */
  name: string;
  json: object;
  /** Source and approval number, shown below the map. */
  caption: string;
}

interface Props {
  areas: MapArea[];
  /** Without outlines the areas are drawn as tiles. */
  outlines?: Outlines | null;
  label: string;
  unit: string;
  onPick?: (code: string) => void;
  height?: number;
}

/** Areas by five classes of a value: a map where outlines are deployed, tiles where they are not. */
export function MapView({ areas, outlines, label, unit, onPick, height = 380 }: Props) {
  const isDark = useDark();
  const colours = isDark ? CLASSES.dark : CLASSES.light;
  const upper = useMemo(() => bounds(areas.map((area) => area.value)), [areas]);
  const legend = <Legend upper={upper} colours={colours} unit={unit} areas={areas} />;
  if (outlines) return <Outlined {...{ areas, outlines, label, onPick, height, upper, colours, legend, unit }} />;
  return (
    <div>
      <ul className="tiles" aria-label={label}>
        {areas.map((area) => {
          const at = classOf(area.value, upper);
          const style = { background: at < 0 ? 'transparent' : colours[at], color: inkOf(at, isDark) };
          const content = (
            <>
              <span style={{ display: 'block' }}>{area.name}</span>
              <strong>{area.shown}</strong>
            </>
          );
          return (
            <li key={area.code}>
              {onPick ? (
                <button type="button" style={style} onClick={() => onPick(area.code)}>
                  {content}
                </button>
              ) : (
                <div className="tile" style={style}>
                  {content}
                </div>
              )}
            </li>
          );
        })}
      </ul>
      {legend}
    </div>
  );
}

/** Text that can be read on a class's colour. */
const inkOf = (at: number, isDark: boolean) =>
  at < 0 ? 'inherit' : isDark ? (at >= 3 ? '#0f1319' : '#ffffff') : at >= 3 ? '#ffffff' : '#1b2330';

function Legend({ upper, colours, unit, areas }: { upper: number[]; colours: string[]; unit: string; areas: MapArea[] }) {
  const t = useT('common');
  const lower = (index: number) => (index === 0 ? 1 : upper[index - 1]! + 1);
  return (
    <ul className="legend">
      {upper.map((bound, index) => (
        <li key={bound}>
          <i style={{ background: colours[index] }} />
          {lower(index) === bound ? bound : `${lower(index)}–${bound}`} {unit}
        </li>
      ))}
      {areas.some((area) => area.value <= 0) && (
        <li>
          <i />
          {t('chart.noData')}
        </li>
      )}
    </ul>
  );
}

interface OutlinedProps extends Required<Pick<Props, 'areas' | 'label' | 'unit' | 'height'>> {
  outlines: Outlines;
  onPick: Props['onPick'];
  upper: number[];
  colours: string[];
  legend: ReactNode;
}

function Outlined({ areas, outlines, label, unit, onPick, height, upper, colours, legend }: OutlinedProps) {
  const t = useT('common');
  const [ready, setReady] = useState(false);
  useEffect(() => {
    echarts.registerMap(outlines.name, outlines.json as never);
    setReady(true);
  }, [outlines]);
  const option = useMemo(
    () => ({
      tooltip: {
        trigger: 'item',
        formatter: (item: { name: string; dataIndex: number }) => `${item.name} ${areas[item.dataIndex]?.shown ?? ''}`,
      },
      visualMap: {
        type: 'piecewise',
        show: false,
        pieces: upper.map((bound, index) => ({ gt: index === 0 ? 0 : upper[index - 1], lte: bound, color: colours[index] })),
        outOfRange: { color: 'transparent' },
      },
      series: [
        {
          type: 'map',
          map: outlines.name,
          nameProperty: 'code',
          selectedMode: false,
          data: areas.map((area) => ({ name: area.code, value: area.value })),
          itemStyle: { borderColor: '#8b97a8', borderWidth: 0.6 },
        },
      ],
    }),
    [areas, outlines, upper, colours],
  );
  if (!ready) return <div style={{ height }} />;
  return (
    <figure style={{ margin: 0 }}>
      <Chart
        summary={label}
        option={option}
        height={height}
        data={{ head: [label, unit], rows: areas.map((area) => [area.name, area.shown]) }}
        onPick={({ dataIndex }) => areas[dataIndex] && onPick?.(areas[dataIndex].code)}
      />
      {legend}
      <figcaption className="muted">{t('chart.source', { source: outlines.caption })}</figcaption>
    </figure>
  );
}
