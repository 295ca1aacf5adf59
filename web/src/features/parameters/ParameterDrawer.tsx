import { Button, DatePicker, Form, Input, Select, Table } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useState } from 'react';
import { api, http, ifMatch, queries, type Schema } from '@/api/client';
import { useMe } from '@/api/me';
import { useT } from '@/i18n';
import { usePermission } from '@/shared/permissions';
import { ActionDrawer, DetailDrawer } from '@/shared/ui/Drawers';
import type { FieldChange } from '@/shared/ui/DiffView';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { useSaid } from './said';

export type UnitName =
  'percent' | 'yuan' | 'days' | 'working_days' | 'months' | 'year' | 'points' | 'count' | 'metres' | 'minutes' | 'switch' | 'text';
export type LowerName = 'group' | 'province' | 'city' | 'county' | 'township' | 'village';

type Setting = Schema<'SettingView'>;
type State = 'over' | 'holds' | 'coming';
const TONES = { over: 'plain', holds: 'good', coming: 'info' } as const;

interface Fields {
  value: string;
  scope?: string;
  from: Dayjs;
  to?: Dayjs | null;
  reason: string;
}

/** A parameter: every value it had, has and will have, and a new one from a day on. */
export function ParameterDrawer({ name, onClose }: { name: string; onClose: () => void }) {
  const t = useT('parameters');
  const said = useSaid();
  const me = useMe();
  const manage = usePermission('parameter.manage');
  const history = api.useQuery('get', '/api/v1/parameters/{name}', { params: { path: { name } } });
  const [setting, setSetting] = useState(false);
  const [gone, setGone] = useState<Setting>();
  const version = history.data?.version ?? 0;
  const unit = history.data?.parameter.unit;
  const stale = async (): Promise<FieldChange[]> => {
    const seen = new Set((history.data?.settings ?? []).map((one) => one.id));
    const now = (await history.refetch()).data?.settings ?? [];
    const words = (one: Setting) => `${said(unit, one.value)} · ${one.scope_name} · ${one.from} – ${one.to ?? t('open')} · ${one.owner}`;
    const gone = (history.data?.settings ?? []).filter((one) => !now.some((kept) => kept.id === one.id));
    return [
      ...now.filter((one) => !seen.has(one.id)).map((one) => ({ name: t('newValue'), before: null, after: words(one) })),
      ...gone.map((one) => ({ name: t('newValue'), before: words(one), after: null })),
    ];
  };
  const reason = (
    <Form.Item name="reason" label={t('reason')} rules={[{ required: true, min: 2, whitespace: true, message: t('reasonMissing') }]}>
      <Input.TextArea rows={2} maxLength={500} />
    </Form.Item>
  );
  return (
    <DetailDrawer
      open
      title={history.data?.parameter.title ?? name}
      onClose={onClose}
      width={720}
      actions={
        <Button type="primary" disabled={!manage} title={manage ? undefined : t('noManage')} onClick={() => setSetting(true)}>
          {t('set')}
        </Button>
      }
    >
      <QueryState query={history}>
        {(one) => (
          <>
            <p>
              {t('value')} <strong>{said(unit, one.parameter.value)}</strong> {t(`units.${one.parameter.unit as UnitName}`)} ·{' '}
              {t('default')} {said(unit, one.parameter.default)} · <code>{one.parameter.name}</code>
            </p>
            <p className="muted">{t(`lowers.${one.parameter.lower as LowerName}`)}</p>
            {one.settings.length === 0 ? (
              <EmptyBox title={t('none')} />
            ) : (
              <Table<Setting>
                aria-label={t('history')}
                rowKey="id"
                size="small"
                pagination={false}
                dataSource={one.settings}
                columns={[
                  { title: t('newValue'), render: (_, row) => said(unit, row.value), align: 'right' },
                  { title: t('scope'), dataIndex: 'scope_name' },
                  { title: t('from'), dataIndex: 'from' },
                  { title: t('to'), render: (_, row) => row.to ?? t('open') },
                  { title: t('owner'), dataIndex: 'owner' },
                  {
                    title: t('state'),
                    render: (_, row) => <StatusTag tone={TONES[row.state as State]}>{t(`states.${row.state as State}`)}</StatusTag>,
                  },
                  {
                    title: t('withdraw'),
                    render: (_, row) =>
                      manage &&
                      row.state === 'coming' && (
                        <Button type="link" size="small" onClick={() => setGone(row)}>
                          {t('withdraw')}
                        </Button>
                      ),
                  },
                ]}
              />
            )}
          </>
        )}
      </QueryState>
      <ActionDrawer<Fields>
        open={setting}
        title={t('set')}
        consequence={t('setHelp')}
        verb={t('set')}
        done={t('done')}
        initial={{ from: dayjs(me.today) }}
        onClose={() => setSetting(false)}
        onStale={stale}
        onSubmit={async (fields) => {
          await http.PUT('/api/v1/parameters/{name}', {
            params: { path: { name }, header: ifMatch(version) },
            body: {
              value: fields.value.trim(),
              scope: fields.scope?.trim() ?? '',
              from: fields.from.format('YYYY-MM-DD'),
              to: fields.to ? fields.to.format('YYYY-MM-DD') : null,
              reason: fields.reason,
            },
          });
          await queries.invalidateQueries();
        }}
      >
        <Form.Item name="value" label={t('newValue')} rules={[{ required: true, whitespace: true, message: t('required') }]}>
          {unit === 'switch' ? (
            <Select options={(['on', 'off'] as const).map((value) => ({ value, label: t(value) }))} />
          ) : (
            <Input suffix={unit && t(`units.${unit as UnitName}`)} />
          )}
        </Form.Item>
        <Form.Item name="scope" label={t('scope')} extra={t('scopeHelp')}>
          <Input inputMode="numeric" />
        </Form.Item>
        <Form.Item name="from" label={t('from')} rules={[{ required: true, message: t('required') }]}>
          <DatePicker minDate={dayjs(me.today)} style={{ width: '100%' }} />
        </Form.Item>
        <Form.Item name="to" label={t('to')} extra={t('toHelp')}>
          <DatePicker style={{ width: '100%' }} />
        </Form.Item>
        {reason}
      </ActionDrawer>
      <ActionDrawer<{ reason: string }>
        open={gone !== undefined}
        title={t('withdrawTitle', { value: said(unit, gone?.value ?? '') })}
        consequence={t('withdrawHelp')}
        verb={t('withdraw')}
        danger
        done={t('withdrawn')}
        onClose={() => setGone(undefined)}
        onStale={stale}
        onSubmit={async (body) => {
          const path = { name, id: gone?.id ?? '' };
          await http.POST('/api/v1/parameters/{name}/settings/{id}/withdraw', { params: { path, header: ifMatch(version) }, body });
          await queries.invalidateQueries();
        }}
      >
        {reason}
      </ActionDrawer>
    </DetailDrawer>
  );
}
