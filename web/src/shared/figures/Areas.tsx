import { Breadcrumb, Button } from 'antd';
import { useT } from '@/i18n';
import { MapView } from '@/shared/charts/MapView';
import { useOutlines } from '@/shared/charts/outlines';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { areaName, useAreas } from '@/shared/words';
import { figure, size, useFigures, type Metric, type Question } from './ask';

interface Props {
  base: Question;
  metric: Metric;
  /** Code of the area opened; all one may see where absent. */
  area: string | undefined;
  onArea: (code: string | undefined) => void;
}

/** A metric over areas, in five classes: counties, then outlets; on a map where outlines are deployed. */
export function Areas({ base, metric, area, onArea }: Props) {
  const t = useT('volume');
  const by = area && metric.by.includes('outlet') ? 'outlet' : 'county';
  const within = (base.filters ?? []).filter((one) => one.dimension !== 'territory');
  const filters = area ? [...within, { dimension: 'territory', values: [area] }] : base.filters;
  const query = useFigures({ ...base, by: [by], filters, top: { rows: 200 }, sort: { metric: metric.id, descending: true } });
  const outlines = useOutlines(area ?? '');
  const { areas } = useAreas();
  return (
    <>
      {area && (
        <Breadcrumb
          items={[
            {
              key: 'all',
              title: (
                <Button type="link" size="small" style={{ padding: 0 }} onClick={() => onArea(undefined)}>
                  {t('mapAll')}
                </Button>
              ),
            },
            { key: area, title: areaName(areas, area) },
          ]}
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
            {...(area ? {} : { onPick: onArea })}
          />
        )}
      </QueryState>
    </>
  );
}
