import { useEffect, useMemo, useState } from 'react';
import { useT } from '@/i18n';
import { useDark } from '@/shared/prefs';
import { SERIES } from '@/shared/theme';
import { Chart, type ChartData } from './Chart';
import { echarts } from './echarts';
import type { Outlines } from './MapView';

/** A place on the map. */
export interface Spot {
  code: string;
  name: string;
  /** North and east, degrees in millionths. */
  lat_e6: number;
  lon_e6: number;
  /** Which of the classes it belongs to. */
  of: number;
  /** What is said of it when it is pointed at. */
  shown: string;
  /** Written beside it, such as its place in a route. */
  mark?: string;
}

interface Props {
  /** What the map says, in one sentence. */
  label: string;
  spots: Spot[];
  /** Names of the classes, in order; each has a colour and a shape of its own. */
  classes: string[];
  /** Places joined by a line, in order: north and east, degrees in millionths. */
  way?: [number, number][];
  outlines?: Outlines | null;
  /** The figures behind it. */
  data: ChartData;
  height?: number;
  onPick?: (code: string) => void;
}

/** Shapes beside the colours, so that classes are told apart without them. */
const SHAPES = ['circle', 'rect', 'triangle', 'diamond', 'path://M4 0h4v4h4v4h-4v4h-4v-4h-4v-4h4z', 'path://M0 0h12l-6 12z'];
/** Around the outermost places, degrees. */
const MARGIN = 0.004;

interface Box {
  west: number;
  east: number;
  south: number;
  north: number;
}

/** The smallest frame around places, with a margin. */
export function frame(points: [number, number][]): Box {
  const lats = points.map(([lat]) => lat / 1e6);
  const lons = points.map(([, lon]) => lon / 1e6);
  const wide = Math.max(MARGIN, (Math.max(...lons) - Math.min(...lons)) * 0.06);
  const high = Math.max(MARGIN, (Math.max(...lats) - Math.min(...lats)) * 0.06);
  return {
    west: Math.min(...lons) - wide,
    east: Math.max(...lons) + wide,
    south: Math.min(...lats) - high,
    north: Math.max(...lats) + high,
  };
}

/** An empty sheet of the frame, on which places stand where no outlines are deployed. */
const sheet = ({ west, east, south, north }: Box) => ({
  type: 'FeatureCollection',
  features: [
    {
      type: 'Feature',
      properties: { name: '', code: '' },
      geometry: {
        type: 'Polygon',
        coordinates: [
          [
            [west, south],
            [east, south],
            [east, north],
            [west, north],
            [west, south],
          ],
        ],
      },
    },
  ],
});

/** Places by class on a map that is dragged and zoomed; outlines below them where they are deployed. */
export function PlaceMap({ label, spots, classes, way = [], outlines, data, height = 420, onPick }: Props) {
  const common = useT('common');
  const isDark = useDark();
  const [ground, setGround] = useState<string>();
  const points = useMemo(() => [...spots.map((spot): [number, number] => [spot.lat_e6, spot.lon_e6]), ...way], [spots, way]);
  const key = points.map(([lat, lon]) => `${lat} ${lon}`).join();
  useEffect(() => {
    if (points.length === 0) return;
    const name = outlines ? `places ${outlines.name}` : `places ${key}`;
    echarts.registerMap(name, (outlines ? outlines.json : sheet(frame(points))) as never);
    setGround(name);
  }, [outlines, key, points]);
  const option = useMemo(() => {
    if (points.length === 0) return {};
    const { west, east, south, north } = frame(points);
    const colours = isDark ? SERIES.dark : SERIES.light;
    const ink = isDark ? '#b9c2cf' : '#3f4856';
    return {
      tooltip: { trigger: 'item', formatter: ({ name }: { name: string }) => spots.find((spot) => spot.code === name)?.shown ?? '' },
      legend: { show: classes.length > 1, top: 0, right: 0, itemWidth: 12, itemHeight: 12, textStyle: { color: ink } },
      geo: {
        map: ground,
        roam: true,
        silent: true,
        // A degree of longitude is shorter than one of latitude.
        aspectScale: Math.cos((((south + north) / 2) * Math.PI) / 180),
        boundingCoords: [
          [west, north],
          [east, south],
        ],
        top: 28,
        bottom: 8,
        left: 8,
        // Room for what is written beside the outermost places.
        right: 72,
        itemStyle: { areaColor: 'transparent', borderColor: outlines ? '#8b97a8' : 'transparent', borderWidth: 0.6 },
      },
      series: [
        ...(way.length > 1 ? [line(way, colours[5] ?? '#4a6785')] : []),
        ...classes.map((name, at) => ({
          type: 'scatter',
          name,
          coordinateSystem: 'geo',
          symbol: SHAPES[at % SHAPES.length],
          symbolSize: 12,
          itemStyle: { color: colours[at % colours.length], borderColor: isDark ? '#0f1319' : '#ffffff', borderWidth: 1 },
          label: {
            show: true,
            position: 'right',
            formatter: ({ name: code }: { name: string }) => markOf(spots, code),
            fontSize: 12,
            color: ink,
          },
          labelLayout: { hideOverlap: true },
          data: spots.filter((spot) => spot.of === at).map((spot) => ({ name: spot.code, value: [spot.lon_e6 / 1e6, spot.lat_e6 / 1e6] })),
        })),
      ],
    };
  }, [points, spots, classes, way, outlines, ground, isDark]);
  if (points.length === 0) return <p className="muted">{common('chart.noData')}</p>;
  if (!ground) return <div style={{ height }} />;
  return (
    <figure style={{ margin: 0 }}>
      <Chart summary={label} option={option} data={data} height={height} onPick={({ name }) => name && onPick?.(name)} />
      {outlines && <figcaption className="muted">{common('chart.source', { source: outlines.caption })}</figcaption>}
    </figure>
  );
}

const markOf = (spots: Spot[], code: string) => spots.find((spot) => spot.code === code)?.mark ?? '';

/** The way from place to place. */
const line = (way: [number, number][], colour: string) => ({
  type: 'custom',
  coordinateSystem: 'geo',
  silent: true,
  z: 1,
  data: [0],
  renderItem: (_: unknown, draw: { coord: (at: [number, number]) => number[] }) => ({
    type: 'polyline',
    shape: { points: way.map(([lat, lon]) => draw.coord([lon / 1e6, lat / 1e6])) },
    style: { stroke: colour, lineWidth: 2, fill: 'none', lineDash: [6, 4] },
  }),
});
