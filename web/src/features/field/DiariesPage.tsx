import { Button, Space } from 'antd';
import { useState } from 'react';
import { api, type Schema } from '@/api/client';
import { useMe } from '@/api/me';
import { useLabel, useT } from '@/i18n';
import { saveCsv } from '@/shared/csv';
import { dateTime, instant, weekday } from '@/shared/format/time';
import { DetailDrawer } from '@/shared/ui/Drawers';
import { PageHead } from '@/shared/ui/PageHead';
import { PlainTable } from '@/shared/ui/PlainTable';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { useUrl } from '@/shared/url';
import { AnswerDiary, DiaryState, DiaryView } from './Diary';
import { DayPick, Figures, share } from './parts';

type Team = Schema<'DiaryTeam'>;

/** 团队日报: the days of a team, by name; read and answered beside the list. */
export default function DiariesPage() {
  const t = useT('field');
  const common = useT('common');
  const label = useLabel('field');
  const me = useMe();
  const [url, change] = useUrl();
  const day = url.day ?? me.today;
  const query = api.useQuery('get', '/api/v1/field/diary/team', { params: { query: { day } } });
  return (
    <>
      <PageHead
        title={t('diaries')}
        note={
          <Space>
            {`${day} ${weekday(day)}`}
            {query.data && query.data.kind !== 'work' && <StatusTag>{label('dayKinds', query.data.kind)}</StatusTag>}
          </Space>
        }
        actions={
          <Space wrap>
            <DayPick value={day} onChange={(next) => change({ day: next, of: undefined })} />
            <Button disabled={!query.data} onClick={() => query.data && exported(query.data, t, label)}>
              {common('export')}
            </Button>
            <Button onClick={() => print()}>{common('print')}</Button>
          </Space>
        }
      />
      <QueryState
        query={query}
        rows={10}
        empty={(team) => team.rows.length === 0}
        whenEmpty={<EmptyBox title={t('noTeam')} help={t('noManagerHelp')} />}
      >
        {(team) => (
          <>
            <Figures rows={[[t('sentOf'), `${team.sent} / ${team.managers}`]]} />
            <div style={{ height: 12 }} />
            <Rows team={team} onOpen={(login) => change({ of: login })} />
          </>
        )}
      </QueryState>
      {url.of && <OneDiary manager={url.of} day={day} onClose={() => change({ of: undefined })} />}
    </>
  );
}

function Rows({ team, onOpen }: { team: Team; onOpen: (login: string) => void }) {
  const t = useT('field');
  const heads = [
    t('manager'),
    t('state'),
    { num: t('visitsCounted') },
    { num: t('visitsHeld') },
    { num: t('keptOf') },
    { num: t('inside') },
    { num: t('between') },
    { num: t('keptRate') },
    t('ownWords'),
    t('answerText'),
  ];
  return (
    <PlainTable label={t('diaries')} heads={heads}>
      <tbody>
        {team.rows.map((row) => (
          <tr key={row.manager}>
            <th scope="row">
              <Button type="link" style={{ padding: 0 }} aria-label={t('readOf', { who: row.name })} onClick={() => onOpen(row.manager)}>
                {row.name}
              </Button>
            </th>
            <td>
              <DiaryState state={row.state} />
              {row.sent_us !== null && <div className="muted">{dateTime(instant(row.sent_us))}</div>}
            </td>
            <td className="num">{row.visits.counted}</td>
            <td className="num">{row.visits.held}</td>
            <td className="num">{`${row.kept} / ${row.planned}`}</td>
            <td className="num">{row.minutes.inside}</td>
            <td className="num">{row.minutes.between}</td>
            <td className="num">{share(row.promises.share)}</td>
            <td>{row.note || '—'}</td>
            <td>{row.answer || '—'}</td>
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}

/** A day of one manager beside the list, with the way to answer it. */
function OneDiary({ manager, day, onClose }: { manager: string; day: string; onClose: () => void }) {
  const t = useT('field');
  const [answering, setAnswering] = useState(false);
  const query = api.useQuery('get', '/api/v1/field/diary', { params: { query: { manager, day } } });
  const diary = query.data;
  return (
    <DetailDrawer
      open
      width={760}
      title={diary ? `${diary.manager_name} · ${day}` : day}
      onClose={onClose}
      actions={
        diary?.may_answer && (
          <Button type="primary" onClick={() => setAnswering(true)}>
            {t('answer')}
          </Button>
        )
      }
    >
      <QueryState query={query} rows={10}>
        {(one) => <DiaryView diary={one} />}
      </QueryState>
      {answering && diary && <AnswerDiary diary={diary} onClose={() => setAnswering(false)} />}
    </DetailDrawer>
  );
}

function exported(team: Team, t: ReturnType<typeof useT<'field'>>, label: ReturnType<typeof useLabel<'field'>>) {
  const head = [
    'manager',
    'state',
    'visitsCounted',
    'visitsHeld',
    'visitsOpen',
    'plannedCount',
    'keptCount',
    'inside',
    'between',
    'keptRate',
    'ownWords',
  ] as const;
  const rows = team.rows.map((row) => [
    row.name,
    label('diaryStates', row.state),
    String(row.visits.counted),
    String(row.visits.held),
    String(row.visits.open),
    String(row.planned),
    String(row.kept),
    String(row.minutes.inside),
    String(row.minutes.between),
    share(row.promises.share),
    row.note,
  ]);
  saveCsv([head.map((key) => t(key)), ...rows], `${t('diaries')} ${team.day}`);
}
