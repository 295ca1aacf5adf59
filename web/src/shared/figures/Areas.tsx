import { Breadcrumb, Button } from 'antd';
import { useT } from '@/i18n';
import { MapView } from '@/shared/charts/MapView';
import { useOutlines } from '@/shared/charts/outlines';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { areaName, useAreas } from '@/shared/words';
import { figure, size, useFigures, type Metric, type Question } from './ask';

/** What the parts of an area are, from the length of its code. */
const PARTS: Record<number, string> = { 0: 'county', 2: 'city', 4: 'county', 6: 'outlet', 9: 'outlet' };
const STEPS = [2, 4, 6, 9];

interface Props {
  base: Question;
  metric: Metric;
  /** Code of the area opened; all one may see where absent. */
  area: string | undefined;
  onArea: (code: string | undefined) => void;
}

/** A metric over areas, in five classes: counties, then outlets; on a map where outlines are deployed. */
export function Areas({ base, metric, area = '', onArea }: Props) {
  const t = useT('volume');
  const known = PARTS[area.length] ?? 'county';
  const by = metric.by.includes(known) ? known : 'county';
  const filters = (base.filters ?? []).filter((one) => one.dimension !== 'territory' || !area);
  if (area) filters.push({ dimension: 'territory', values: [area] });
  const query = useFigures({ ...base, by: [by], filters, top: { rows: 200 }, sort: { metric: metric.id, descending: true } });
  const outlines = useOutlines(area);
  const { areas } = useAreas();
  const opens = by !== 'outlet';
  const above = STEPS.filter((digits) => digits < area.length && digits >= 6).map((digits) => area.slice(0, digits));
  return (
    <>
      {area && (
        <Breadcrumb
          items={['', ...above]
            .map((code) => ({
              key: code,
              title: (
                <Button type="link" size="small" style={{ padding: 0 }} onClick={() => onArea(code || undefined)}>
                  {code ? areaName(areas, code) : t('mapAll')}
                </Button>
              ),
            }))
            .concat([{ key: area, title: <span>{areaName(areas, area)}</span> }])}
        />
      )}
      <QueryState
        query={query}
        rows={6}
        empty={(found) => found.rows.length === 0}
        whenEmpty={<EmptyBox title={t('noRows')} help={t('noRowsHelp')} />}
      >
        {(found) => (
          <MapView
            label={t('mapLabel', { metric: metric.name })}
            unit={t(`unit.${metric.unit as 'count'}`)}
            outlines={outlines}
            areas={found.rows.map((row) => ({
              code: row.key[0] ?? '',
              name: row.labels[0] ?? '',
              // Classes are of whole numbers; the tile shows the figure itself.
              value: Math.round(size(metric.unit, row.cells[0]?.value) ?? 0),
              shown: figure(metric.unit, row.cells[0]?.value),
            }))}
            {...(opens ? { onPick: (code: string) => onArea(code || undefined) } : {})}
          />
        )}
      </QueryState>
    </>
  );
}
