import { App, DatePicker, Form, Select } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { answer, api, http, queries } from '@/api/client';
import { useMe } from '@/api/me';
import { useT } from '@/i18n';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { ReasonField } from './LifeParts';

/** Most outlets of one action. */
const MOST = 5000;

interface Fields {
  login: string;
  from: Dayjs;
  reason: string;
}

/** Outlets get somebody else to look after them, from a day on; how it is undone stands above. */
export function Assign({ outlets, onClose, onDone }: { outlets: string[]; onClose: () => void; onDone: () => void }) {
  const t = useT('life');
  const me = useMe();
  const { message } = App.useApp();
  const people = api.useQuery('get', '/api/v1/people', { params: { query: { role: 'channel_manager', limit: 500 } } });
  return (
    <ActionDrawer<Fields>
      open
      title={t('assign')}
      consequence={t('assignHelp', { count: outlets.length })}
      verb={t('assignVerb')}
      blocked={outlets.length > MOST ? t('assignMost', { most: MOST }) : undefined}
      initial={{ from: dayjs(me.today) }}
      onClose={onClose}
      onSubmit={async ({ login, from, reason }) => {
        const { changed } = await answer(
          http.POST('/api/v1/portfolios', { body: { outlets, login, from: from.format('YYYY-MM-DD'), reason } }),
        );
        void message.success(t('assignDone', { count: changed }));
        await queries.invalidateQueries();
        onDone();
      }}
    >
      <Form.Item name="login" label={t('assignTo')} rules={[{ required: true, message: t('required') }]}>
        <Select
          loading={people.isFetching}
          showSearch={{ optionFilterProp: 'label' }}
          options={(people.data?.items ?? []).map((one) => ({ value: one.login, label: `${one.name} ${one.login}` }))}
        />
      </Form.Item>
      <Form.Item name="from" label={t('from')} rules={[{ required: true, message: t('required') }]}>
        <DatePicker minDate={dayjs(me.today)} style={{ width: '100%' }} />
      </Form.Item>
      <ReasonField />
    </ActionDrawer>
  );
}
