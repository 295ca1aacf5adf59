import { Form, Input, InputNumber, Select } from 'antd';
import { api, type Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { weekday } from '@/shared/format/time';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { PlacePick } from '@/shared/ui/PlacePick';
import { changedStop, moved, type Changed } from './plan';
import type { Arrange } from './useArrange';

type Plan = Schema<'FieldPlan'>;
type Stop = Schema<'FieldPlanStop'>;

/** What is arranged: a stop of a day, or an outlet that is to come into the plan. */
export interface Arranging {
  outlet?: string;
  name?: string;
  from?: string;
  to?: string;
}

interface Values {
  outlet: string;
  to: string;
  at?: number;
  purposes?: string[];
  target?: string;
}

interface Props {
  plan: Plan;
  arranging: Arranging;
  arrange: Arrange;
  onClose: () => void;
}

/** A stop's day and place, its purposes and what is sought there. */
export function StopDrawer({ plan, arranging, arrange, onClose }: Props) {
  const t = useT('field');
  const label = useLabel('field');
  const { outlet, name, from, to } = arranging;
  const setup = api.useQuery('get', '/api/v1/field/setup', {}, { staleTime: 10 * 60_000 });
  const day = plan.days.find((one) => one.day === from);
  const stop = day?.stops.find((one) => one.outlet === outlet);
  const days = plan.days.filter((one) => one.day >= plan.today);
  return (
    <ActionDrawer<Values>
      open
      title={name ? `${t(stop ? 'arrange' : 'addStop')} · ${name}` : t('addStop')}
      consequence={t('arrangeHelp')}
      verb={t('save')}
      width={460}
      initial={{
        to,
        at: stop && day ? day.stops.indexOf(stop) + 1 : undefined,
        purposes: stop?.purposes ?? [],
        target: stop?.target ?? '',
      }}
      onClose={onClose}
      onSubmit={async (values) => {
        const asked = { ...values, outlet: outlet ?? values.outlet };
        const changes = arranged(plan, from, stop, asked);
        if (changes.length > 0) await arrange.write(changes, t('movedTo', { name: name ?? asked.outlet, day: asked.to }));
      }}
    >
      {!outlet && (
        <Form.Item name="outlet" label={t('outlet')} rules={[{ required: true, message: t('needed') }]}>
          <PlacePick kind="outlet" />
        </Form.Item>
      )}
      <Form.Item name="to" label={t('day')} rules={[{ required: true, message: t('needed') }]}>
        <Select
          showSearch={{ optionFilterProp: 'label' }}
          options={days.map((one) => ({
            value: one.day,
            label: [
              `${one.day} ${weekday(one.day)}`,
              one.kind === 'work' ? '' : label('dayKinds', one.kind),
              t('loadShort', { minutes: one.minutes, stops: one.stops.length }),
            ]
              .filter(Boolean)
              .join(' · '),
          }))}
        />
      </Form.Item>
      <Form.Item name="at" label={t('placeInDay')} extra={t('placeHelp')}>
        <InputNumber min={1} max={100} precision={0} style={{ width: '100%' }} />
      </Form.Item>
      <Form.Item name="purposes" label={t('purposes')}>
        <Select
          mode="multiple"
          maxCount={12}
          loading={setup.isPending}
          options={(setup.data?.purposes ?? []).map((purpose) => ({ value: purpose.id, label: purpose.name }))}
        />
      </Form.Item>
      <Form.Item name="target" label={t('target')} extra={t('targetHelp')}>
        <Input.TextArea rows={2} maxLength={200} showCount />
      </Form.Item>
    </ActionDrawer>
  );
}

/** The days that change: the new one first, so that nothing is lost should the other be refused. */
function arranged(plan: Plan, from: string | undefined, stop: Stop | undefined, values: Values): Changed<Stop>[] {
  const target = plan.days.find((one) => one.day === values.to);
  if (!target) return [];
  const known = target.stops.find((one) => one.outlet === values.outlet);
  const wished = { purposes: values.purposes ?? [], target: values.target?.trim() ?? '', manual: true };
  const whole: Stop = { ...(stop ?? known ?? fresh(values.outlet)), ...wished };
  const at = values.at === undefined || values.at === null ? undefined : values.at - 1;
  if (stop && from && from !== values.to && !known) {
    const changes = moved(plan.days, { outlet: stop.outlet, from, to: values.to, at }) ?? [];
    return changes.map((change) => ({
      ...change,
      stops: change.stops.map((one) => (one.outlet === stop.outlet ? whole : one)),
    }));
  }
  const put = changedStop(target, values.outlet, whole);
  const days = [{ ...target, stops: put.stops }];
  const placed = moved(days, { outlet: values.outlet, from: target.day, to: target.day, at })?.[0] ?? put;
  // On that day it stands already: the two become one.
  const left = stop && from && from !== values.to ? plan.days.filter((one) => one.day === from) : [];
  return [placed, ...left.map((one) => changedStop(one, values.outlet, undefined))];
}

const fresh = (outlet: string): Stop => ({
  outlet,
  name: outlet,
  class: '',
  outlet_type: '',
  lat_e6: null,
  lon_e6: null,
  risk: 0,
  purposes: [],
  purpose_names: [],
  target: '',
  manual: true,
  last_visit: null,
  promises: 0,
  visited: false,
});
