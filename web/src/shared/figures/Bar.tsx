import { DatePicker, Select, Segmented } from 'antd';
import dayjs from 'dayjs';
import type { ReactNode } from 'react';
import { useT } from '@/i18n';
import type { Patch } from '@/shared/url';
import type { Catalogue } from './ask';
import { presets, type Days } from './period';

interface Props {
  catalogue: Catalogue;
  days: Days;
  change: (patch: Patch) => void;
  /** Metrics to choose from; none where a page has its own. */
  metrics?: string[];
  metric?: string;
  children?: ReactNode;
}

const NAMES = ['week', 'month', 'last_month', 'quarter', 'year'] as const;

/** Days, by name or by hand, and the metric; all in the address. */
export function FigureBar({ catalogue, days, change, metrics, metric, children }: Props) {
  const t = useT('volume');
  const known = presets(catalogue);
  const chosen = NAMES.find((name) => known[name].from === days.from && known[name].to === days.to);
  return (
    <search className="filters" aria-label={t('period')}>
      {metrics && (
        <div className="field">
          <Select
            aria-label={t('metric')}
            value={metric}
            showSearch={{ optionFilterProp: 'label' }}
            onChange={(value: string) => change({ metric: value })}
            options={metrics.flatMap((id) =>
              catalogue.metrics.filter((one) => one.id === id).map((one) => ({ value: id, label: one.name })),
            )}
            style={{ width: '100%' }}
          />
        </div>
      )}
      <div className="field wide">
        <DatePicker.RangePicker
          allowClear={false}
          aria-label={t('period')}
          value={[dayjs(days.from), dayjs(days.to)]}
          onChange={(value) => value?.[0] && value[1] && change({ from: value[0].format('YYYY-MM-DD'), to: value[1].format('YYYY-MM-DD') })}
          style={{ width: '100%' }}
        />
      </div>
      <Segmented
        aria-label={t('period')}
        value={chosen ?? ''}
        onChange={(name) => name && change({ ...known[name as (typeof NAMES)[number]] })}
        options={NAMES.map((name) => ({ value: name, label: t(`preset.${name}`) }))}
      />
      {children}
    </search>
  );
}
