import { useState } from 'react';
import { answer, api, http, queries } from '@/api/client';
import { useMe } from '@/api/me';
import { useLabel, useT } from '@/i18n';
import { clock, instant } from '@/shared/format/time';
import { stateTone } from '@/shared/roadshow';
import { Badge, Btn, Card, Empty, List, ListItem, Loaded, Page, SelectField, Strip, toast } from '../../kit';
import { ulid } from '../field/ids';
import { momentNow, whereNow } from './here';

/** Units of these weeks one is with, and help in an outlet of one's own. */
export default function ListPage() {
  const t = useT('phoneRoadshow');
  const label = useLabel('phoneRoadshow');
  const query = api.useQuery('get', '/api/v1/field/roadshows', { params: { query: { weeks: 2 } } });
  return (
    <Page title={t('title')} back="/">
      <Loaded query={query} empty={(data) => data.rows.length === 0} whenEmpty={<Empty title={t('none')} help={t('noneHelp')} />}>
        {(data) => (
          <List label={t('title')}>
            {data.rows.map((row) => (
              <ListItem
                key={row.id}
                title={
                  <>
                    {row.title} <Badge tone={stateTone(row.state)}>{label('states', row.state)}</Badge>
                  </>
                }
                note={[`${row.week} – ${row.last_day}`, row.territory_name, row.leader_name].join(' · ')}
                value={t('activationsOf', { count: row.totals.activations })}
                to={`/roadshows/${row.id}`}
              />
            ))}
          </List>
        )}
      </Loaded>
      <Assist />
    </Page>
  );
}

/** 驻店助销: coming to an outlet and leaving it. */
function Assist() {
  const t = useT('phoneRoadshow');
  const me = useMe();
  const makes = me.permissions.includes('visit.make');
  const outlets = api.useQuery('get', '/api/v1/field/outlets', { params: { query: { limit: 200 } } }, { enabled: makes });
  const asked = { params: { query: { kind: 'assist', from: me.today, to: me.today } } };
  const there = api.useQuery('get', '/api/v1/field/attendance', asked, { enabled: makes });
  const [outlet, setOutlet] = useState('');
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState('');
  if (!makes) return null;
  const own = (there.data?.rows ?? []).find((row) => row.person === me.login && row.left_us === null);
  const rows = outlets.data?.rows ?? [];
  const note = async () => {
    setBusy(true);
    setWrong('');
    try {
      const position = await whereNow();
      if (own) {
        const params = { path: { id: own.id } };
        await answer(http.POST('/api/v1/field/attendance/{id}/leave', { params, body: { ...momentNow(), position, note: '' } }));
      } else {
        const body = { id: ulid(), outlet: outlet || rows[0]?.code, ...momentNow(), position };
        await answer(http.POST('/api/v1/field/attendance', { body }));
      }
      await queries.invalidateQueries();
      toast(t('noted'));
    } catch (error) {
      setWrong(error instanceof Error ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Card title={t('assist')}>
      {wrong && <Strip tone="bad">{wrong}</Strip>}
      {own ? (
        <span>{t('since', { outlet: own.outlet_name, at: clock(instant(own.came_us)) })}</span>
      ) : (
        <SelectField
          label={t('outlet')}
          value={outlet || (rows[0]?.code ?? '')}
          options={rows.map((row) => ({ value: row.code, label: row.name }))}
          onChange={setOutlet}
        />
      )}
      <Btn kind="main" wide busy={busy} blocked={own || rows.length > 0 ? undefined : t('noOutlets')} onClick={() => void note()}>
        {own ? t('leave') : t('come')}
      </Btn>
    </Card>
  );
}
