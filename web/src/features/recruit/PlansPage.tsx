import { Button, Checkbox, DatePicker, Form, Input, InputNumber, Progress, Select, Space, Tabs } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useState } from 'react';
import { api, http, ifMatch, newKey, onceHeader, queries, type Schema } from '@/api/client';
import { useMe } from '@/api/me';
import { useLabel, useT } from '@/i18n';
import { usePermission } from '@/shared/permissions';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { PageHead } from '@/shared/ui/PageHead';
import { PlainTable } from '@/shared/ui/PlainTable';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { useUrl } from '@/shared/url';
import { TerritoryField, TierField } from './ProspectFields';

type Plan = Schema<'PlanRow'>;
type Cover = Schema<'PlanCover'> | null;

const KINDS = ['open', 'rural', 'district', 'area'] as const;

/** 拓展计划: where how many are to be won, by whom and by when, and how far it is. */
export default function PlansPage() {
  const t = useT('recruit');
  const common = useT('common');
  const manages = usePermission('recruit.manage');
  const [url, change] = useUrl();
  const [writing, setWriting] = useState<Plan | 'new'>();
  const [closing, setClosing] = useState<Plan>();
  const asked = { kind: url.kind, closed: url.closed === 'true' || undefined };
  const query = api.useQuery('get', '/api/v1/recruiting/plans', { params: { query: asked } });
  return (
    <>
      <PageHead
        title={t('plans')}
        actions={
          <Space>
            {manages && (
              <Button type="primary" onClick={() => setWriting('new')}>
                {t('planNew')}
              </Button>
            )}
            <Button onClick={() => print()}>{common('print')}</Button>
          </Space>
        }
      />
      <Tabs
        activeKey={url.kind ?? ''}
        onChange={(kind) => change({ kind })}
        items={[{ key: '', label: common('all') }, ...KINDS.map((key) => ({ key, label: t(`planKinds.${key}`) }))]}
      />
      <Checkbox checked={url.closed === 'true'} onChange={(event) => change({ closed: event.target.checked ? 'true' : undefined })}>
        {t('showClosed')}
      </Checkbox>
      <QueryState
        query={query}
        rows={6}
        empty={(rows) => rows.length === 0}
        whenEmpty={<EmptyBox title={t('planNone')} help={t('planNoneHelp')} />}
      >
        {(rows) => <Listed rows={rows} manages={manages} onEdit={setWriting} onClose={setClosing} />}
      </QueryState>
      {writing && <Write plan={writing === 'new' ? undefined : writing} onClose={() => setWriting(undefined)} />}
      {closing && <Close plan={closing} onClose={() => setClosing(undefined)} />}
    </>
  );
}

const HEADS = [
  'planTitle',
  'kind',
  'territory',
  'target',
  'planProspects',
  'townships',
  'villages',
  'firstOutlet',
  'owner',
  'dueOn',
] as const;

interface ListedProps {
  rows: Plan[];
  manages: boolean;
  onEdit: (plan: Plan) => void;
  onClose: (plan: Plan) => void;
}

function Listed({ rows, manages, onEdit, onClose }: ListedProps) {
  const t = useT('recruit');
  const common = useT('common');
  const label = useLabel('recruit');
  const cover = (one: Cover) => (one ? t('coverOf', { covered: one.covered, all: one.all }) : '—');
  return (
    <PlainTable label={t('plans')} heads={[...HEADS.map((key) => t(key)), ...(manages ? [{ acts: common('action') }] : [])]}>
      <tbody>
        {rows.map((plan) => (
          <tr key={plan.id}>
            <th scope="row" title={plan.entry}>
              {plan.title}
              <div className="muted">{[plan.id, plan.tier, plan.district].filter(Boolean).join(' · ')}</div>
            </th>
            <td>{label('planKinds', plan.kind)}</td>
            <td>{plan.territory_name}</td>
            <td style={{ minWidth: 140 }}>
              {`${t('progress', { reached: plan.reached, target: plan.target })} ${label('planReach', plan.kind)}`}
              <Progress
                percent={Math.min(100, Math.round(plan.share_ppm / 10_000))}
                size="small"
                aria-label={plan.title}
                status={plan.late ? 'exception' : undefined}
              />
            </td>
            <td>{`${plan.prospects} / ${plan.signed} / ${plan.opened}`}</td>
            <td>{cover(plan.townships)}</td>
            <td>{cover(plan.villages)}</td>
            <td>{plan.first_outlet_on ?? '—'}</td>
            <td>{plan.owner_name}</td>
            <td>
              {plan.due_on} {plan.late && <StatusTag tone="bad">{t('late')}</StatusTag>}
              {plan.closed_on && <StatusTag>{t('closed')}</StatusTag>}
            </td>
            {manages && (
              <td className="no-print">
                {plan.closed_on === null && (
                  <Space>
                    <Button size="small" aria-label={`${t('edit')} ${plan.title}`} onClick={() => onEdit(plan)}>
                      {t('edit')}
                    </Button>
                    <Button size="small" aria-label={`${t('closePlan')} ${plan.title}`} onClick={() => onClose(plan)}>
                      {t('closePlan')}
                    </Button>
                  </Space>
                )}
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}

interface Values {
  kind: string;
  title: string;
  territory: string;
  tier?: string;
  district?: string;
  target: number;
  owner?: string;
  from: Dayjs;
  due_on: Dayjs;
  entry?: string;
}

function Write({ plan, onClose }: { plan?: Plan; onClose: () => void }) {
  const t = useT('recruit');
  const me = useMe();
  const [form] = Form.useForm<Values>();
  const [key] = useState(newKey);
  const kind = Form.useWatch('kind', form) ?? plan?.kind ?? 'open';
  const submit = async (values: Values) => {
    const body = {
      kind: values.kind,
      title: values.title,
      territory: values.territory,
      tier: values.tier ?? '',
      district: values.kind === 'district' ? (values.district ?? '') : '',
      target: values.target,
      owner: values.owner?.trim() ?? '',
      from: values.from.format('YYYY-MM-DD'),
      due_on: values.due_on.format('YYYY-MM-DD'),
      entry: values.entry ?? '',
    };
    if (plan) await http.PUT('/api/v1/recruiting/plans/{id}', { params: { path: { id: plan.id }, header: ifMatch(plan.version) }, body });
    else await http.POST('/api/v1/recruiting/plans', { params: { header: onceHeader(key) }, body });
    await queries.invalidateQueries();
  };
  return (
    <ActionDrawer<Values>
      open
      form={form}
      title={plan ? `${t('edit')} · ${plan.title}` : t('planNew')}
      verb={t('save')}
      done={t('saved')}
      width={520}
      initial={
        plan
          ? { ...plan, from: dayjs(plan.from), due_on: dayjs(plan.due_on), tier: plan.tier || undefined }
          : { kind: 'open', from: dayjs(me.today) }
      }
      onClose={onClose}
      onStale={async () => {
        await queries.invalidateQueries();
        return [];
      }}
      onSubmit={submit}
    >
      <Form.Item name="kind" label={t('kind')}>
        <Select disabled={plan !== undefined} options={KINDS.map((value) => ({ value, label: t(`planKinds.${value}`) }))} />
      </Form.Item>
      <Form.Item name="title" label={t('planTitle')} rules={[{ required: true, min: 2, whitespace: true, message: t('atLeast') }]}>
        <Input maxLength={60} autoComplete="off" />
      </Form.Item>
      <TerritoryField />
      <TierField />
      {kind === 'district' && (
        <Form.Item name="district" label={t('district')} extra={t('districtHelp')} rules={[{ required: true, message: t('needed') }]}>
          <Input maxLength={60} autoComplete="off" />
        </Form.Item>
      )}
      <Form.Item name="target" label={t('target')} rules={[{ required: true, message: t('needed') }]}>
        <InputNumber min={1} precision={0} style={{ width: '100%' }} />
      </Form.Item>
      <Form.Item name="owner" label={t('owner')} extra={t('assignedHelp')}>
        <Input maxLength={60} autoComplete="off" />
      </Form.Item>
      <Form.Item name="from" label={t('fromDay')} rules={[{ required: true, message: t('needed') }]}>
        <DatePicker style={{ width: '100%' }} />
      </Form.Item>
      <Form.Item name="due_on" label={t('dueOn')} rules={[{ required: true, message: t('needed') }]}>
        <DatePicker style={{ width: '100%' }} />
      </Form.Item>
      <Form.Item name="entry" label={t('entry')}>
        <Input.TextArea rows={3} maxLength={1000} />
      </Form.Item>
    </ActionDrawer>
  );
}

function Close({ plan, onClose }: { plan: Plan; onClose: () => void }) {
  const t = useT('recruit');
  return (
    <ActionDrawer<{ reason: string }>
      open
      title={`${t('closePlan')} · ${plan.title}`}
      consequence={t('closePlanHelp')}
      verb={t('closePlan')}
      done={t('saved')}
      onClose={onClose}
      onSubmit={async (body) => {
        const params = { path: { id: plan.id }, header: ifMatch(plan.version) };
        await http.POST('/api/v1/recruiting/plans/{id}/close', { params, body });
        await queries.invalidateQueries();
      }}
    >
      <Form.Item name="reason" label={t('reason')} rules={[{ required: true, min: 2, whitespace: true, message: t('atLeast') }]}>
        <Input.TextArea rows={3} maxLength={200} showCount />
      </Form.Item>
    </ActionDrawer>
  );
}
