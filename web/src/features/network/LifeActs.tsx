import { App, DatePicker, Form } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { answer, http, queries } from '@/api/client';
import { useMe } from '@/api/me';
import { useLabel, useT } from '@/i18n';
import { PlacePick } from '@/shared/flows/Pick';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { ReasonField } from './LifeParts';
import { endsIt, type Who } from './lives';

const NO_NAMES = {};
const day = (value: Dayjs) => value.format('YYYY-MM-DD');

/** Suspends a partner at once, or lets it work again. */
export function Suspend({ code, suspended, onClose }: { code: string; suspended: boolean; onClose: () => void }) {
  const t = useT('life');
  return (
    <ActionDrawer<{ reason: string }>
      open
      title={`${suspended ? t('suspend') : t('restore')} ${code}`}
      consequence={suspended ? t('suspendHelp') : t('restoreHelp')}
      verb={suspended ? t('suspend') : t('restore')}
      danger={suspended}
      done={suspended ? t('suspended') : t('restored')}
      onClose={onClose}
      onSubmit={async ({ reason }) => {
        await http.POST('/api/v1/partners/{code}/suspend', { params: { path: { code } }, body: { suspended, reason } });
        await queries.invalidateQueries();
      }}
    >
      <ReasonField />
    </ActionDrawer>
  );
}

interface StepFields {
  from?: Dayjs;
  reason: string;
}

/** Takes a candidate from one state to another. */
export function Step({ who, code, to, onClose }: { who: Who; code: string; to: string; onClose: () => void }) {
  const t = useT('life');
  const label = useLabel('life');
  const me = useMe();
  const opens = to === 'open';
  return (
    <ActionDrawer<StepFields>
      open
      title={`${label('step', to)} ${code}`}
      consequence={label('stepHelp', to)}
      verb={label('step', to)}
      danger={endsIt(to)}
      done={t('stepDone')}
      initial={opens ? { from: dayjs(me.today) } : undefined}
      onClose={onClose}
      onSubmit={async ({ from, reason }) => {
        await http.POST('/api/v1/candidates/{who}/{code}/state', {
          params: { path: { who, code } },
          body: { to, from: opens && from ? day(from) : undefined, reason },
        });
        await queries.invalidateQueries();
      }}
    >
      {opens && (
        <Form.Item name="from" label={t('openOn')} rules={[{ required: true, message: t('required') }]}>
          <DatePicker style={{ width: '100%' }} />
        </Form.Item>
      )}
      <ReasonField />
    </ActionDrawer>
  );
}

interface MergeFields {
  into: string;
  from: Dayjs;
  reason: string;
}

/** One that was kept twice becomes one; which code goes and which stays stands there before it is done. */
export function Merge({ who, code, onClose }: { who: Who; code: string; onClose: () => void }) {
  const t = useT('life');
  const me = useMe();
  const { message } = App.useApp();
  const [form] = Form.useForm<MergeFields>();
  const into = Form.useWatch('into', form);
  return (
    <ActionDrawer<MergeFields>
      open
      form={form}
      title={t('mergeTitle', { code })}
      consequence={who === 'partner' ? t('mergeHelpPartner', { code }) : t('mergeHelpOutlet', { code })}
      verb={t('merge')}
      danger
      initial={{ from: dayjs(me.today) }}
      width={480}
      onClose={onClose}
      onSubmit={async (fields) => {
        const params = { path: { code } };
        const body = { into: fields.into, from: day(fields.from), reason: fields.reason };
        const done = await answer(
          who === 'partner'
            ? http.POST('/api/v1/partners/{code}/merge', { params, body })
            : http.POST('/api/v1/outlets/{code}/merge', { params, body }),
        );
        void message.success(`${t('mergeDone')} ${t('mergeWay', { old: done.old, new: done.new })}`);
        await queries.invalidateQueries();
      }}
    >
      <Form.Item
        name="into"
        label={t('mergeInto')}
        rules={[
          { required: true, message: t('required') },
          {
            validator: (_, value?: string) => (value === code ? Promise.reject(new Error(t('mergeSelf'))) : Promise.resolve()),
          },
        ]}
      >
        <Place who={who} />
      </Form.Item>
      {into && into !== code && (
        <p aria-live="polite">
          <strong>{t('mergeWay', { old: code, new: into })}</strong>
        </p>
      )}
      <Form.Item name="from" label={t('from')} rules={[{ required: true, message: t('required') }]}>
        <DatePicker style={{ width: '100%' }} />
      </Form.Item>
      <ReasonField />
    </ActionDrawer>
  );
}

/** A partner or outlet as a field of a form. */
export function Place({ who, id, value, onChange }: { who: Who; id?: string; value?: string; onChange?: (code?: string) => void }) {
  return <PlacePick id={id} kind={who} value={value ?? ''} names={NO_NAMES} own={[]} onChange={(code) => onChange?.(code || undefined)} />;
}
