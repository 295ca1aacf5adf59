import { DownloadOutlined, LineChartOutlined, TableOutlined } from '@ant-design/icons';
import { Button, Tooltip } from 'antd';
import type { EChartsCoreOption, ECharts } from 'echarts/core';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { useLang, useT } from '@/i18n';
import { useDark } from '@/shared/prefs';
import { SERIES } from '@/shared/theme';
import { PlainTable } from '@/shared/ui/PlainTable';
import { echarts } from './echarts';
import { asPng } from './png';

/** The figures behind a chart, as the table that replaces it on request. */
export interface ChartData {
  head: string[];
  rows: (string | number | null)[][];
}

interface Props {
  /** What the chart says, in one sentence, for readers that do not see it. */
  summary: string;
  option: EChartsCoreOption;
  data: ChartData;
  height?: number;
  /** Name of the saved picture. */
  name?: string;
  /** A part of the chart was chosen. */
  onPick?: (event: { name: string; dataIndex: number; seriesName?: string; value: unknown }) => void;
}

/** An ECharts drawing with the table behind it and a picture to save. */
export function Chart({ summary, option, data, height = 280, name, onPick }: Props) {
  const t = useT('common');
  const [asTable, setAsTable] = useState(false);
  const chart = useRef<ECharts | null>(null);
  const isDark = useDark();
  return (
    <div className="chart-box">
      <div className="chart-tools">
        <Tooltip title={asTable ? t('chart.chart') : t('chart.data')}>
          <Button
            type="text"
            size="small"
            aria-label={asTable ? t('chart.chart') : t('chart.data')}
            icon={asTable ? <LineChartOutlined /> : <TableOutlined />}
            onClick={() => setAsTable(!asTable)}
          />
        </Tooltip>
        {!asTable && (
          <Tooltip title={t('chart.png')}>
            <Button
              type="text"
              size="small"
              aria-label={t('chart.png')}
              icon={<DownloadOutlined />}
              onClick={() => chart.current && void asPng(chart.current, name ?? summary, isDark ? '#181d26' : '#ffffff')}
            />
          </Tooltip>
        )}
      </div>
      {asTable ? <DataTable data={data} label={summary} height={height} /> : <Drawing {...{ summary, option, height, onPick, chart }} />}
    </div>
  );
}

/** The figures of a chart as a table. */
export function DataTable({ data, label, height }: { data: ChartData; label: string; height: number }) {
  return (
    <PlainTable label={label} maxHeight={height}>
      <thead>
        <tr>
          {data.head.map((title, index) => (
            <th key={index} scope="col" className={index > 0 ? 'num' : undefined}>
              {title}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {data.rows.map((row, index) => (
          <tr key={index}>
            {row.map((cell, column) =>
              column === 0 ? (
                <th key={column} scope="row">
                  {cell}
                </th>
              ) : (
                <td key={column} className="num">
                  {cell ?? '—'}
                </td>
              ),
            )}
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}

interface DrawingProps {
  summary: string;
  option: EChartsCoreOption;
  height: number;
  onPick: Props['onPick'];
  chart: React.RefObject<ECharts | null>;
}

function Drawing({ summary, option, height, onPick, chart }: DrawingProps) {
  const place = useRef<HTMLDivElement>(null);
  const pick = useEffectEvent((event: never) => onPick?.(event));
  const isDark = useDark();
  const lang = useLang();
  useEffect(() => {
    const made = echarts.init(place.current, null, { renderer: 'svg', locale: lang === 'en' ? 'EN' : 'ZH' });
    chart.current = made;
    made.on('click', (event) => pick(event as never));
    const resize = new ResizeObserver(() => made.resize());
    resize.observe(place.current!);
    const print = () => place.current?.querySelector('svg')?.setAttribute('viewBox', `0 0 ${made.getWidth()} ${made.getHeight()}`);
    addEventListener('beforeprint', print);
    return () => {
      removeEventListener('beforeprint', print);
      resize.disconnect();
      made.dispose();
      chart.current = null;
    };
  }, [lang, chart]);
  useEffect(() => {
    chart.current?.setOption({ ...base(isDark), ...option }, { notMerge: true });
  }, [option, isDark, lang, chart]);
  return <div ref={place} className="chart" style={{ height }} role="img" aria-label={summary} />;
}

const still = matchMedia('(prefers-reduced-motion: reduce)').matches;

function base(isDark: boolean): EChartsCoreOption {
  const text = isDark ? '#9aa6b6' : '#56606f';
  const line = isDark ? '#2a313d' : '#e3e8ee';
  return {
    animation: !still,
    animationDuration: 300,
    color: isDark ? SERIES.dark : SERIES.light,
    textStyle: { color: text, fontFamily: 'inherit' },
    grid: { left: 8, right: 12, top: 32, bottom: 8, containLabel: true },
    legend: { top: 0, right: 0, textStyle: { color: text }, itemWidth: 14, itemHeight: 8 },
    tooltip: {
      trigger: 'axis',
      backgroundColor: isDark ? '#202633' : '#ffffff',
      borderColor: line,
      textStyle: { color: isDark ? '#e6eaf0' : '#1b2330', fontSize: 12 },
      confine: true,
    },
  };
}

/** Axis parts in the colours of the mode, to spread into `xAxis` and `yAxis`. */
export function axisStyle(isDark: boolean) {
  const line = isDark ? '#2a313d' : '#e3e8ee';
  return {
    axisLine: { lineStyle: { color: line } },
    axisTick: { show: false },
    axisLabel: { color: isDark ? '#9aa6b6' : '#56606f' },
    splitLine: { lineStyle: { color: line } },
  };
}
