import { App, DatePicker, Form, Select } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { answer, api, http, type Schema } from '@/api/client';
import { useMe } from '@/api/me';
import { useT } from '@/i18n';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { QueryState } from '@/shared/ui/QueryState';
import { ReasonField } from './RoleFields';

interface Fields {
  to: string;
  on: Dayjs;
  reason: string;
}

/** All roles of a person go to another; what will move is shown before. */
export function Handover({ person, onClose, onChanged }: { person: Schema<'PersonView'>; onClose: () => void; onChanged: () => void }) {
  const t = useT('people');
  const me = useMe();
  const { message } = App.useApp();
  const [form] = Form.useForm<Fields>();
  const to = Form.useWatch('to', form);
  const on = Form.useWatch('on', form)?.format('YYYY-MM-DD');
  const others = api.useQuery('get', '/api/v1/people', { params: { query: { limit: 500 } } });
  const preview = api.useQuery(
    'get',
    '/api/v1/people/{login}/handover',
    { params: { path: { login: person.login }, query: { to: to ?? '', on: on ?? '' } } },
    { enabled: Boolean(to && on) },
  );
  const seen = (preview.data ?? []).map((step) => step.grant.id);
  const blocked = !to || !on ? t('chooseBoth') : preview.data?.length === 0 ? t('nothing') : undefined;
  return (
    <ActionDrawer<Fields>
      open
      form={form}
      title={t('handoverTitle', { name: person.name })}
      consequence={t('handoverHelp')}
      verb={t('handover')}
      blocked={blocked}
      initial={{ on: dayjs(me.today) }}
      width={520}
      onClose={onClose}
      onSubmit={async (fields) => {
        const moved = await answer(
          http.POST('/api/v1/people/{login}/handover', {
            params: { path: { login: person.login } },
            body: { to: fields.to, on: fields.on.format('YYYY-MM-DD'), seen, reason: fields.reason },
          }),
        );
        void message.success(t('handoverDone', { count: moved.length }));
        onChanged();
      }}
    >
      <Form.Item name="to" label={t('taker')} rules={[{ required: true, message: t('required') }]}>
        <Select
          loading={others.isFetching}
          showSearch={{ optionFilterProp: 'label' }}
          options={(others.data?.items ?? [])
            .filter((other) => other.login !== person.login && other.login !== me.login)
            .map((other) => ({ value: other.login, label: `${other.name} ${other.login}` }))}
        />
      </Form.Item>
      <Form.Item name="on" label={t('on')} rules={[{ required: true, message: t('required') }]}>
        <DatePicker minDate={dayjs(me.today)} style={{ width: '100%' }} />
      </Form.Item>
      {to && on && (
        <>
          <h2 style={{ fontSize: 14 }}>{t('preview')}</h2>
          <QueryState query={preview}>
            {(moves) => (
              <ul>
                {moves.map((step) => (
                  <li key={step.grant.id}>
                    {step.grant.title} · {step.grant.over_name} {step.held && <span className="muted">{t('heldAlready')}</span>}
                  </li>
                ))}
              </ul>
            )}
          </QueryState>
        </>
      )}
      <ReasonField />
    </ActionDrawer>
  );
}
