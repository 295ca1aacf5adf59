import { Button, Select } from 'antd';
import { useState, type ReactNode } from 'react';
import { useT } from '@/i18n';
import { useCatalogue, type Catalogue, type Filter, type Metric, type Question } from '@/shared/figures/ask';
import { FigureBar } from '@/shared/figures/Bar';
import { daysOf, filtersOf, type Days, type presets } from '@/shared/figures/period';
import { RowsDrawer, type Opened } from '@/shared/figures/RowsDrawer';
import { range } from '@/shared/format/time';
import { usePermission } from '@/shared/permissions';
import { PageHead } from '@/shared/ui/PageHead';
import { AreaPicker } from '@/shared/ui/Pickers';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { useUrl, type Params, type Patch } from '@/shared/url';
import { useAreas, useWords } from '@/shared/words';

/** What a page of analysis works with: days and filters of the address, the catalogue, and a way to the business behind a figure. */
export interface Ground {
  catalogue: Catalogue;
  days: Days;
  filters: Filter[];
  url: Params;
  change: (patch: Patch) => void;
  /** A question about these days within these filters. */
  ask: (metrics: string[], rest?: Partial<Question>) => Question;
  /** Opens the business behind a figure. */
  open: (metric: string, name: string, keys: Opened['keys']) => void;
  metric: (id: string) => Metric;
}

interface Props {
  title: string;
  /** The days where the address names none. */
  otherwise?: keyof ReturnType<typeof presets>;
  actions?: (ground: Ground) => ReactNode;
  children: (ground: Ground) => ReactNode;
}

/** Title, days, area and channel of a page of analysis; its content once there is business. */
export function Frame({ title, otherwise, actions, children }: Props) {
  const t = useT('analysis');
  const catalogue = useCatalogue();
  return (
    <QueryState
      query={catalogue}
      rows={12}
      empty={(found) => found.last === null}
      whenEmpty={
        <>
          <PageHead title={title} />
          <EmptyBox title={t('noBusiness')} help={t('noBusinessHelp')} />
        </>
      }
    >
      {(found) => (
        <Content title={title} catalogue={found} {...(otherwise ? { otherwise } : {})} {...(actions ? { actions } : {})}>
          {children}
        </Content>
      )}
    </QueryState>
  );
}

function Content({ title, catalogue, otherwise, actions, children }: Props & { catalogue: Catalogue }) {
  const [url, move] = useUrl();
  // A list below starts over with every other filter: its place was one among other rows.
  const change = (patch: Patch) => move({ after: undefined, ...patch });
  const [opened, setOpened] = useState<Opened>();
  const days = daysOf(url, catalogue, otherwise);
  const filters = filtersOf(url).filter((one) => one.dimension === 'territory' || one.dimension === 'channel');
  const ground: Ground = {
    catalogue,
    days,
    filters,
    url,
    change,
    ask: (metrics, rest) => ({ metrics, by: [], ...days, filters, ...rest }),
    open: (metric, name, keys) => setOpened({ metric, name, keys, ...days, filters }),
    metric: (id) => catalogue.metrics.find((one) => one.id === id)!,
  };
  return (
    <>
      <PageHead title={title} note={range(days.from, days.to)} actions={actions?.(ground)} />
      <section className="block no-print" aria-label={title} style={{ marginBottom: 12 }}>
        <FigureBar catalogue={catalogue} days={days} change={change}>
          <Part url={url} change={change} />
        </FigureBar>
      </section>
      {children(ground)}
      <RowsDrawer opened={opened} onClose={() => setOpened(undefined)} />
    </>
  );
}

/** The area and channel category; for whoever sees more than their own. */
export function Part({ url, change }: { url: Params; change: (patch: Patch) => void }) {
  const t = useT('analysis');
  const c = useT('common');
  const allowed = usePermission('partner.read');
  const { areas, loading } = useAreas();
  const words = useWords();
  if (!allowed) return null;
  return (
    <>
      <div className="field">
        <AreaPicker
          areas={areas}
          loading={loading}
          {...(url.territory ? { value: url.territory } : {})}
          onChange={(territory) => change({ territory })}
        />
      </div>
      <div className="field">
        <Select
          aria-label={t('channel')}
          allowClear
          placeholder={t('channelAll')}
          options={words.channels}
          value={url.channel ?? null}
          onChange={(channel: string | null) => change({ channel: channel ?? undefined })}
          style={{ width: '100%' }}
        />
      </div>
      {(url.territory || url.channel) && <Button onClick={() => change({ territory: undefined, channel: undefined })}>{c('reset')}</Button>}
    </>
  );
}
