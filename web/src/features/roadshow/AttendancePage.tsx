import { DatePicker, Select } from 'antd';
import dayjs from 'dayjs';
import { api } from '@/api/client';
import { useMe } from '@/api/me';
import { useT } from '@/i18n';
import { dayPlus } from '@/shared/format/time';
import { PageHead } from '@/shared/ui/PageHead';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { useUrl } from '@/shared/url';
import { Presences } from './parts';

const KINDS = ['roadshow', 'assist'] as const;

/** 助销到岗: who was at a stop or helped in an outlet, from when to when. */
export default function AttendancePage() {
  const t = useT('roadshow');
  const { today } = useMe();
  const [url, change] = useUrl();
  const from = url.from ?? dayPlus(today, -7);
  const to = url.to ?? today;
  const query = api.useQuery('get', '/api/v1/field/attendance', { params: { query: { kind: url.kind, from, to } } });
  return (
    <>
      <PageHead
        title={t('attendance')}
        actions={
          <>
            <Select
              aria-label={t('purpose')}
              style={{ minWidth: 140 }}
              value={url.kind ?? ''}
              options={[{ value: '', label: t('all') }, ...KINDS.map((value) => ({ value, label: t(`kinds.${value}`) }))]}
              onChange={(kind: string) => change({ kind: kind || undefined })}
            />
            <DatePicker.RangePicker
              aria-label={t('day')}
              allowClear={false}
              value={[dayjs(from), dayjs(to)]}
              onChange={(days) => days?.[0] && days[1] && change({ from: days[0].format('YYYY-MM-DD'), to: days[1].format('YYYY-MM-DD') })}
            />
          </>
        }
      />
      <QueryState query={query}>
        {({ rows }) =>
          rows.length === 0 ? (
            <EmptyBox title={t('nobodyThere')} help={t('nobodyThereHelp')} />
          ) : (
            <Presences rows={rows} places={(row) => row.outlet_name || t('atStop')} />
          )
        }
      </QueryState>
    </>
  );
}
