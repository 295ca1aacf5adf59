import { DownloadOutlined, ReloadOutlined, SettingOutlined } from '@ant-design/icons';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Button, Checkbox, Popover, Select, Table, Tabs, Tooltip, type TableColumnType } from 'antd';
import { lazy, Suspense, useEffect, useEffectEvent, useState, type Key, type ReactNode } from 'react';
import { useT } from '@/i18n';
import { setPrefs, usePrefs } from '@/shared/prefs';
import { useUrl, type Params } from '@/shared/url';
import { Filters, type FilterField } from './Filters';
import { EmptyBox, ErrorBox } from './QueryState';
import { ViewsButton } from './SavedViews';

/** What a list of the server answers. */
export interface Rows<Row> {
  items: Row[];
  next?: string | null;
  /** Absent where the server does not count. */
  total?: number;
}

/** A column. `key` is stable, and the name to sort by where `sorter` is true. `money` and `num` are right-aligned. */
export type Column<Row> = TableColumnType<Row> & { key: string; title: ReactNode; label?: string; money?: boolean; num?: boolean };

export interface StatusTab {
  value: string;
  label: string;
  count?: number;
}

interface Props<Row extends object> {
  /** Names the table in preferences and in the cache. */
  id: string;
  /** What the table shows, for readers that do not see it. */
  label: string;
  columns: Column<Row>[];
  rowKey: (row: Row) => string;
  /** Reads a page. Gets the parameters of the address that filters, tabs, sort and paging own, and `fixed`. */
  load: (query: Params, signal: AbortSignal) => Promise<Rows<Row>>;
  filters?: FilterField[];
  tabs?: { param: string; items: StatusTab[] };
  /** Parameters that are always sent and never in the address. */
  fixed?: Params;
  /** Sent where the address says nothing. */
  defaults?: Params;
  onOpen?: (row: Row) => void;
  /** Shown instead of the total while rows are ticked. */
  batch?: (rows: Row[], clear: () => void) => ReactNode;
  /** At the right above the table: export, new. Gets the filter that is on. */
  tools?: (query: Params, total: number | undefined) => ReactNode;
  /** Sums below the table, by column key. */
  sum?: (rows: Row[]) => Record<string, ReactNode>;
  /** How the first record comes to be. */
  whenEmpty?: ReactNode;
  /** Without saved views: a list that is a part of a page. */
  plain?: boolean;
  /** Its `tools` have a file of their own. */
  ownFile?: boolean;
}

const ListExport = lazy(() => import('./ListExport')) as unknown as typeof import('./ListExport').default;

const PAGING = ['after', 'limit', 'sort'];
const SIZES = [20, 50, 100, 200];

/** A list of the server: filters, state tabs, sort and page in the address, columns to taste, a batch bar, sums. */
export function ResourceTable<Row extends object>(props: Props<Row>) {
  const {
    id,
    label,
    columns,
    rowKey,
    load,
    filters = [],
    tabs,
    fixed,
    defaults,
    onOpen,
    batch,
    tools,
    sum,
    whenEmpty,
    plain,
    ownFile,
  } = props;
  const t = useT('common');
  const [url, change] = useUrl();
  const { hidden: allHidden } = usePrefs();
  // A saved view brings its columns along; `-` hides none.
  const hidden = url.hide === undefined ? (allHidden[id] ?? []) : url.hide.split(',');
  const [ticked, setTicked] = useState<Row[]>([]);
  const [trail, setTrail] = useState<string[]>([]);
  const [exporting, setExporting] = useState(false);
  const owned = [
    ...filters.flatMap((field) => (field.kind === 'days' ? [field.from, field.to] : [field.name])),
    ...(tabs ? [tabs.param] : []),
  ];
  const set = Object.fromEntries([...owned, ...PAGING].flatMap((name) => (url[name] === undefined ? [] : [[name, url[name]]])));
  const query: Params = { ...defaults, ...set, ...fixed };
  const filter = Object.fromEntries(Object.entries(query).filter(([name]) => name !== 'after' && name !== 'limit'));
  const rows = useQuery({
    queryKey: ['table', id, query],
    queryFn: ({ signal }) => load(query, signal),
    placeholderData: keepPreviousData,
  });
  const filtered = owned.some((name) => url[name] !== undefined);
  const restart = (patch: Record<string, string | undefined>) => {
    setTrail([]);
    setTicked([]);
    change({ ...patch, after: undefined });
  };
  const items = rows.data?.items ?? [];
  const current = useRowKeys(items, onOpen);
  const shown = columns.filter((column) => !hidden.includes(column.key));
  const limit = query.limit ?? '50';
  const sums = sum && items.length > 0 ? sum(items) : undefined;
  const broken = rows.error && !rows.isFetching ? rows.error : undefined;
  return (
    <section className="block" aria-label={label}>
      {filters.length > 0 && (
        <Filters key={JSON.stringify(set)} fields={filters} values={{ ...defaults, ...url }} onChange={restart} filtered={filtered} />
      )}
      {tabs && (
        <Tabs
          style={{ padding: '0 16px' }}
          tabBarStyle={{ marginBottom: 0 }}
          activeKey={query[tabs.param] ?? ''}
          onChange={(value) => restart({ [tabs.param]: value || undefined })}
          items={tabs.items.map((tab) => ({ key: tab.value, label: tab.count === undefined ? tab.label : `${tab.label} ${tab.count}` }))}
        />
      )}
      {ticked.length > 0 && batch ? (
        <div className="list-tools batch">
          <span aria-live="polite">{t('table.chosen', { count: ticked.length })}</span>
          {batch(ticked, () => setTicked([]))}
          <Button type="link" onClick={() => setTicked([])}>
            {t('table.clear')}
          </Button>
        </div>
      ) : (
        <div className="list-tools">
          <span className="muted" aria-live="polite">
            {rows.data?.total !== undefined && !broken ? t('table.total', { count: rows.data.total }) : ''}
          </span>
          <span className="grow" />
          {tools?.(filter, rows.data?.total)}
          {!ownFile && (
            <Tooltip title={t('table.export')}>
              <Button
                type="text"
                aria-label={t('table.export')}
                icon={<DownloadOutlined />}
                disabled={items.length === 0 || broken !== undefined}
                onClick={() => setExporting(true)}
              />
            </Tooltip>
          )}
          <Tooltip title={t('reload')}>
            <Button
              type="text"
              aria-label={t('reload')}
              icon={<ReloadOutlined spin={rows.isFetching} />}
              onClick={() => void rows.refetch()}
            />
          </Tooltip>
          {!plain && <ViewsButton small extra={{ hide: hidden.join(',') || '-' }} />}
          <ColumnSettings id={id} columns={columns} hidden={hidden} />
        </div>
      )}
      {exporting && (
        <Suspense>
          <ListExport<Row> name={label} columns={shown} rowKey={rowKey} load={load} query={filter} onEnd={() => setExporting(false)} />
        </Suspense>
      )}
      {broken ? (
        <ErrorBox error={broken} onRetry={() => void rows.refetch()} />
      ) : (
        <Table<Row>
          // A table wider than the page is scrolled with the keyboard too.
          ref={(table) => table?.nativeElement.querySelector('.ant-table-body')?.setAttribute('tabindex', '0')}
          aria-label={label}
          dataSource={items}
          rowKey={rowKey}
          loading={rows.isFetching}
          pagination={false}
          sticky
          scroll={{ x: 'max-content' }}
          rowClassName={(_, index) => (index === current ? 'current' : '')}
          rowSelection={
            batch && {
              selectedRowKeys: ticked.map(rowKey),
              onChange: (_: Key[], chosen: Row[]) => setTicked(chosen),
              getCheckboxProps: (row) => ({ 'aria-label': rowKey(row) }) as object,
            }
          }
          columns={shown.map((column) => ({
            ...column,
            align: column.money || column.num ? 'right' : column.align,
            sortOrder: column.sorter ? orderOf(query.sort, column.key) : undefined,
          }))}
          onChange={(_, __, sorter, extra) => {
            if (extra.action !== 'sort' || Array.isArray(sorter)) return;
            const by = sorter.order ? `${sorter.order === 'descend' ? '-' : ''}${String(sorter.columnKey)}` : undefined;
            restart({ sort: by });
          }}
          locale={{
            emptyText: rows.isPending ? (
              <div style={{ height: 120 }} />
            ) : filtered ? (
              <EmptyBox
                title={t('state.noResult')}
                help={t('state.noResultHelp')}
                action={<Button onClick={() => restart(Object.fromEntries(owned.map((name) => [name, undefined])))}>{t('reset')}</Button>}
              />
            ) : (
              (whenEmpty ?? <EmptyBox />)
            ),
          }}
          summary={
            sums &&
            (() => (
              <Table.Summary fixed>
                <Table.Summary.Row>
                  {batch && <Table.Summary.Cell index={0} />}
                  {shown.map((column, index) => (
                    <Table.Summary.Cell
                      key={column.key}
                      index={index + (batch ? 1 : 0)}
                      align={column.money || column.num ? 'right' : undefined}
                    >
                      {index === 0 ? t('table.sumOfPage') : sums[column.key]}
                    </Table.Summary.Cell>
                  ))}
                </Table.Summary.Row>
              </Table.Summary>
            ))
          }
        />
      )}
      {rows.data && !broken && (rows.data.next || query.after || (rows.data.total ?? 0) > SIZES[0]!) && (
        <div className="list-foot">
          <Select
            aria-label={t('table.rowsLabel')}
            value={limit}
            options={SIZES.map((size) => ({ value: String(size), label: t('table.rows', { count: size }) }))}
            onChange={(size) => restart({ limit: size })}
          />
          <Button disabled={!query.after} onClick={() => restart({})}>
            {t('table.first')}
          </Button>
          <Button
            disabled={!query.after || trail.length === 0}
            onClick={() => {
              setTrail(trail.slice(0, -1));
              change({ after: trail.at(-1) });
            }}
          >
            {t('table.previous')}
          </Button>
          <Button
            disabled={!rows.data.next}
            onClick={() => {
              setTrail([...trail, query.after ?? '']);
              change({ after: rows.data.next });
            }}
          >
            {t('table.next')}
          </Button>
        </div>
      )}
    </section>
  );
}

const orderOf = (sort: string | undefined, key: string) =>
  sort === key ? ('ascend' as const) : sort === `-${key}` ? ('descend' as const) : null;

/** `j` and `k` go through the rows, Enter opens the one they are at. */
function useRowKeys<Row>(rows: Row[], onOpen?: (row: Row) => void): number {
  const [at, setAt] = useState(-1);
  const press = useEffectEvent((event: KeyboardEvent) => {
    const from = event.target as HTMLElement;
    if (
      event.ctrlKey ||
      event.metaKey ||
      event.altKey ||
      from.closest('input,textarea,select,[contenteditable],[role=combobox],.ant-drawer,.ant-modal')
    )
      return;
    if (event.key === 'j') setAt(Math.min(rows.length - 1, at + 1));
    if (event.key === 'k') setAt(Math.max(0, at - 1));
    const row = rows[at];
    if (event.key === 'Enter' && row && !from.closest('a,button')) onOpen?.(row);
  });
  useEffect(() => {
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, []);
  return at;
}

function ColumnSettings<Row>({ id, columns, hidden }: { id: string; columns: Column<Row>[]; hidden: string[] }) {
  const t = useT('common');
  const all = usePrefs().hidden;
  const [url, change] = useUrl();
  const keep = (keys: string[]) => {
    setPrefs({ hidden: { ...all, [id]: keys } });
    if (url.hide !== undefined) change({ hide: undefined }, { replace: true });
  };
  const content = (
    <div style={{ display: 'grid', gap: 4 }}>
      {columns.map((column, index) => (
        <Checkbox
          key={column.key}
          checked={!hidden.includes(column.key)}
          disabled={index === 0}
          onChange={(event) => keep(event.target.checked ? hidden.filter((key) => key !== column.key) : [...hidden, column.key])}
        >
          {column.label ?? column.title}
        </Checkbox>
      ))}
      <Button type="link" size="small" onClick={() => keep([])}>
        {t('table.columnsDefault')}
      </Button>
    </div>
  );
  return (
    <Popover content={content} trigger="click" placement="bottomRight" title={t('table.columns')}>
      <Button type="text" aria-label={t('table.columns')} icon={<SettingOutlined />} />
    </Popover>
  );
}
