import { UploadOutlined } from '@ant-design/icons';
import { Button, Form, Input, Select, Space } from 'antd';
import { useState } from 'react';
import { answer, http, ifMatch, queries, upload, type Schema } from '@/api/client';
import { ApiError } from '@/api/errors';
import { useT } from '@/i18n';
import { figure, type Catalogue } from '@/shared/figures/ask';
import { dateTime } from '@/shared/format/time';
import { usePermission } from '@/shared/permissions';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { AreaPicker } from '@/shared/ui/Pickers';
import { EmptyBox } from '@/shared/ui/QueryState';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';
import { Upload } from '@/shared/ui/Upload';
import { useAreas } from '@/shared/words';
import { targetable } from './targetable';
import { typed, valueOf } from './value';

type Row = Schema<'TargetRow'>;
type Of = 'territory' | 'partner' | 'outlet';
const OF: Of[] = ['territory', 'partner', 'outlet'];

interface Fields {
  metric: string;
  of: Of;
  code?: string;
  value: string;
}

/** The targets of a month: set, changed and taken away one by one, or by a file. */
export function TargetList({ catalogue, month }: { catalogue: Catalogue; month: string }) {
  const t = useT('analysis');
  const may = usePermission('target.set');
  const [editing, setEditing] = useState<Row | 'new'>();
  const [gone, setGone] = useState<Row>();
  const [loading, setLoading] = useState(false);
  const metrics = targetable(catalogue);
  const columns: Column<Row>[] = [
    {
      key: 'name',
      title: t('targets.whose'),
      fixed: 'left',
      render: (_, row) => (
        <>
          {row.name} <span className="muted small">{row.code}</span>
        </>
      ),
    },
    { key: 'of', title: t('targets.of'), render: (_, row) => t(`targets.kind.${row.of as Of}`) },
    { key: 'metric', title: t('targets.metric'), render: (_, row) => row.metric_name },
    { key: 'value', title: t('targets.value'), num: true, render: (_, row) => figure(row.unit, row.value) },
    {
      key: 'set',
      title: t('targets.setBy'),
      render: (_, row) => (row.set_at ? `${row.set_by} ${dateTime(row.set_at)}` : row.set_by || '—'),
    },
    {
      key: 'action',
      title: t('targets.action'),
      render: (_, row) =>
        row.own ? (
          <Space size={0}>
            <Button type="link" size="small" onClick={() => setEditing(row)}>
              {t('targets.change')}
            </Button>
            <Button type="link" size="small" danger onClick={() => setGone(row)}>
              {t('targets.remove')}
            </Button>
          </Space>
        ) : (
          '—'
        ),
    },
  ];
  return (
    <>
      <ResourceTable<Row>
        id="targets"
        label={t('targets.list')}
        columns={columns}
        rowKey={(row) => `${row.metric} ${row.of} ${row.code}`}
        fixed={{ month }}
        load={(query, signal) => answer(http.GET('/api/v1/metrics/targets', { params: { query: query as object }, signal }))}
        filters={[
          { kind: 'text', name: 'q', label: t('search'), placeholder: t('targets.searchHelp') },
          {
            kind: 'select',
            name: 'of',
            label: t('targets.of'),
            options: OF.map((value) => ({ value, label: t(`targets.kind.${value}`) })),
          },
          {
            kind: 'select',
            name: 'metric',
            label: t('targets.metric'),
            options: metrics.map((one) => ({ value: one.id, label: one.name })),
            search: true,
          },
        ]}
        tools={() =>
          may && (
            <>
              <Button icon={<UploadOutlined />} onClick={() => setLoading(true)}>
                {t('targets.upload')}
              </Button>
              <Button type="primary" onClick={() => setEditing('new')}>
                {t('targets.set')}
              </Button>
            </>
          )
        }
        whenEmpty={<EmptyBox title={t('targets.noneSet')} help={may ? t('targets.noneSetHelp') : undefined} />}
      />
      {editing && (
        <SetDrawer
          row={editing === 'new' ? undefined : editing}
          month={month}
          catalogue={catalogue}
          onClose={() => setEditing(undefined)}
        />
      )}
      <ActionDrawer<object>
        open={gone !== undefined}
        title={t('targets.remove')}
        consequence={gone && t('targets.removeHelp', { name: gone.name, metric: gone.metric_name })}
        verb={t('targets.remove')}
        danger
        done={t('targets.removed')}
        onClose={() => setGone(undefined)}
        onSubmit={async () => {
          if (!gone) return;
          const { metric, of, code, version } = gone;
          await http.DELETE('/api/v1/metrics/target', { params: { query: { metric, of, code, month }, header: ifMatch(version) } });
          await refresh();
        }}
      />
      {loading && <UploadDrawer onClose={() => setLoading(false)} />}
    </>
  );
}

async function refresh() {
  await Promise.all([queries.invalidateQueries({ queryKey: ['table', 'targets'] }), queries.invalidateQueries({ queryKey: ['figures'] })]);
}

interface SetProps {
  row: Row | undefined;
  month: string;
  catalogue: Catalogue;
  onClose: () => void;
}

function SetDrawer({ row, month, catalogue, onClose }: SetProps) {
  const t = useT('analysis');
  const { areas, loading } = useAreas();
  const [form] = Form.useForm<Fields>();
  const of = Form.useWatch('of', form) ?? row?.of ?? 'outlet';
  const id = Form.useWatch('metric', form) ?? row?.metric ?? 'effective_orders';
  const unit = catalogue.metrics.find((one) => one.id === id)?.unit ?? 'count';
  const required = [{ required: true, whitespace: true, message: t('targets.missing') }];
  return (
    <ActionDrawer<Fields>
      open
      form={form}
      title={row ? t('targets.change') : t('targets.set')}
      consequence={t('targets.setHelp', { month })}
      verb={t('targets.set')}
      done={t('targets.done')}
      initial={
        row
          ? { metric: row.metric, of: row.of as Of, code: row.code, value: typed(row.unit, row.value) }
          : { metric: 'effective_orders', of: 'outlet' }
      }
      onClose={onClose}
      onSubmit={async (fields) => {
        const value = valueOf(unit, fields.value);
        await http.PUT('/api/v1/metrics/target', {
          params: { header: ifMatch(row?.version ?? 0) },
          body: { metric: fields.metric, of: fields.of, code: fields.code?.trim() ?? '', month, value: value ?? -1 },
        });
        await refresh();
      }}
    >
      <Form.Item name="metric" label={t('targets.metric')} rules={required}>
        <Select
          disabled={row !== undefined}
          showSearch={{ optionFilterProp: 'label' }}
          options={targetable(catalogue).map((one) => ({ value: one.id, label: one.name }))}
        />
      </Form.Item>
      <Form.Item name="of" label={t('targets.of')} rules={required}>
        <Select disabled={row !== undefined} options={OF.map((value) => ({ value, label: t(`targets.kind.${value}`) }))} />
      </Form.Item>
      {of === 'territory' && !row ? (
        <Form.Item name="code" label={t('targets.whose')}>
          <AreaField areas={areas} loading={loading} />
        </Form.Item>
      ) : (
        <Form.Item name="code" label={t('targets.code')} rules={of === 'territory' ? [] : required}>
          <Input disabled={row !== undefined} />
        </Form.Item>
      )}
      <Form.Item
        name="value"
        label={`${t('targets.value')}（${t(`targets.unit.${unit as 'count'}`)}）`}
        rules={[
          ...required,
          {
            validator: (_, value?: string) =>
              !value || valueOf(unit, value) !== undefined ? Promise.resolve() : Promise.reject(new Error(t('targets.noNumber'))),
          },
        ]}
      >
        <Input inputMode="decimal" />
      </Form.Item>
    </ActionDrawer>
  );
}

/** An area as a field of a form. */
function AreaField(props: {
  areas: Parameters<typeof AreaPicker>[0]['areas'];
  loading: boolean;
  value?: string;
  onChange?: (code?: string) => void;
}) {
  const { areas, loading, value, onChange } = props;
  return <AreaPicker areas={areas} loading={loading} {...(value ? { value } : {})} onChange={(code) => onChange?.(code)} />;
}

const LARGEST = 2 << 20;

function UploadDrawer({ onClose }: { onClose: () => void }) {
  const t = useT('analysis');
  const [files, setFiles] = useState<File[]>([]);
  const [faults, setFaults] = useState<Schema<'TargetFault'>[]>([]);
  return (
    <ActionDrawer<object>
      open
      width={520}
      title={t('targets.upload')}
      consequence={t('targets.uploadHelp')}
      verb={t('targets.upload')}
      done={t('targets.done')}
      {...(files.length === 0 ? { blocked: t('targets.noFile') } : {})}
      onClose={onClose}
      onSubmit={async () => {
        setFaults([]);
        const found = (await upload('/api/v1/metrics/targets/upload', files[0]!, { 'Content-Type': 'text/csv' })) as Schema<'TargetsTaken'>;
        if (found.faults.length > 0) {
          setFaults(found.faults);
          const detail = t('targets.faults', { count: found.faults.length });
          throw new ApiError({ type: 'about:blank', title: detail, status: 422, code: 'metrics.target.wrong', detail, trace_id: '' });
        }
        await refresh();
      }}
    >
      <Upload accept=".csv,.tsv,.txt" limit={LARGEST} files={files} onChange={setFiles} hint={t('targets.uploadHint')} />
      {faults.length > 0 && (
        <ul>
          {faults.map((fault) => (
            <li key={`${fault.row}${fault.text}`}>{t('targets.fault', { row: fault.row, text: fault.text })}</li>
          ))}
        </ul>
      )}
    </ActionDrawer>
  );
}
