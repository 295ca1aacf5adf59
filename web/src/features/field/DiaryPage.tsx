import { Link } from '@tanstack/react-router';
import { Button, Checkbox, DatePicker, Form, Input, Space } from 'antd';
import type { Dayjs } from 'dayjs';
import { useState } from 'react';
import { api, http, ifMatch, type Schema } from '@/api/client';
import { useMe } from '@/api/me';
import { useLabel, useT } from '@/i18n';
import { weekday } from '@/shared/format/time';
import { Block } from '@/shared/ui/Block';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { PageHead } from '@/shared/ui/PageHead';
import { PlainTable } from '@/shared/ui/PlainTable';
import { QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { useUrl } from '@/shared/url';
import { refresh } from './data';
import { AnswerDiary, DiaryState, DiaryView } from './Diary';
import { DayPick, ManagerPick, OfManager, useManager } from './parts';

type Day = Schema<'DiaryDay'>;

/** 渠道日记: a day that wrote itself, sent with one press. */
export default function DiaryPage() {
  return <OfManager>{(login) => <OfDay key={login} manager={login} />}</OfManager>;
}

function OfDay({ manager }: { manager: string }) {
  const me = useMe();
  const [url] = useUrl();
  const query = api.useQuery('get', '/api/v1/field/diary', { params: { query: { manager, day: url.day ?? me.today } } });
  return (
    <QueryState query={query} rows={12}>
      {(diary) => <Content diary={diary} />}
    </QueryState>
  );
}

function Content({ diary }: { diary: Day }) {
  const t = useT('field');
  const common = useT('common');
  const label = useLabel('field');
  const who = useManager();
  const [, change] = useUrl();
  const [doing, setDoing] = useState<'send' | 'answer'>();
  return (
    <>
      <PageHead
        title={t('diary')}
        note={
          <Space>
            {`${diary.manager_name} · ${diary.day} ${weekday(diary.day)}`}
            {diary.kind !== 'work' && <StatusTag>{label('dayKinds', diary.kind)}</StatusTag>}
            <DiaryState state={diary.state} />
          </Space>
        }
        actions={
          <Space wrap>
            <ManagerPick value={diary.manager} managers={who.managers} onChange={who.pick} />
            <DayPick value={diary.day} onChange={(day) => change({ day })} />
            {diary.may_send && (
              <Button type="primary" onClick={() => setDoing('send')}>
                {t(diary.state === 'open' ? 'send' : 'sendAgain')}
              </Button>
            )}
            {diary.may_answer && (
              <Button type="primary" onClick={() => setDoing('answer')}>
                {t('answer')}
              </Button>
            )}
            <Button onClick={() => print()}>{common('print')}</Button>
          </Space>
        }
      />
      <DiaryView diary={diary} />
      {diary.tasks.length > 0 && (
        <>
          <div style={{ height: 12 }} />
          <Block title={t('tasksOpen', { count: diary.tasks.length })}>
            <Tasks rows={diary.tasks} />
          </Block>
        </>
      )}
      <div className="signatures">
        <span>{t('signManager')}</span>
        <span>{t('signSupervisor')}</span>
      </div>
      {doing === 'send' && <Send diary={diary} onClose={() => setDoing(undefined)} />}
      {doing === 'answer' && <AnswerDiary diary={diary} onClose={() => setDoing(undefined)} />}
    </>
  );
}

function Tasks({ rows }: { rows: Day['tasks'] }) {
  const t = useT('field');
  return (
    <PlainTable label={t('tasks')} heads={[t('task'), t('dueOn'), t('putOff'), { num: t('carried') }]}>
      <tbody>
        {rows.map((task) => (
          <tr key={task.record}>
            <th scope="row">{task.to ? <Link to={task.to as never}>{task.text}</Link> : task.text}</th>
            <td>{task.due_on}</td>
            <td>{task.put_off_to ? `${task.put_off_to} ${task.put_off_reason}` : '—'}</td>
            <td className="num">{task.carried}</td>
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}

interface PutOff {
  off?: boolean;
  to?: Dayjs;
  reason?: string;
}

interface Values {
  note?: string;
  tasks?: PutOff[];
}

/** Sends the day; every task of it is done, or put off with a reason. */
function Send({ diary, onClose }: { diary: Day; onClose: () => void }) {
  const t = useT('field');
  const [form] = Form.useForm<Values>();
  const off = Form.useWatch('tasks', form);
  const open = diary.tasks.filter((task) => !task.put_off_to);
  return (
    <ActionDrawer<Values>
      open
      form={form}
      title={t('sendOf', { day: diary.day })}
      consequence={open.length > 0 ? t('sendTasks', { count: open.length }) : t('sendHelp')}
      verb={t('send')}
      done={t('sent')}
      width={520}
      initial={{ note: diary.note, tasks: open.map(() => ({ off: false })) }}
      onClose={onClose}
      onSubmit={async ({ note, tasks }) => {
        const put_off = open.flatMap((task, at) => {
          const one = tasks?.[at];
          return one?.off && one.to ? [{ record: task.record, to: one.to.format('YYYY-MM-DD'), reason: one.reason ?? '' }] : [];
        });
        const params = { path: { day: diary.day }, header: ifMatch(diary.version) };
        await http.POST('/api/v1/field/diary/{day}/send', { params, body: { put_off, note: note ?? '' } });
        await refresh();
      }}
    >
      {open.map((task, at) => (
        <fieldset key={task.record} className="fill-field" style={{ marginBottom: 16 }}>
          <legend>{task.text}</legend>
          <Form.Item name={['tasks', at, 'off']} valuePropName="checked" noStyle>
            <Checkbox>{t('putOffThis')}</Checkbox>
          </Form.Item>
          {off?.[at]?.off && (
            <Space wrap align="start">
              <Form.Item name={['tasks', at, 'to']} label={t('putOffTo')} rules={[{ required: true, message: t('needed') }]}>
                <DatePicker disabledDate={(day) => day.format('YYYY-MM-DD') <= diary.day} />
              </Form.Item>
              <Form.Item
                name={['tasks', at, 'reason']}
                label={t('reason')}
                rules={[{ required: true, min: 2, whitespace: true, message: t('atLeast') }]}
              >
                <Input maxLength={200} />
              </Form.Item>
            </Space>
          )}
        </fieldset>
      ))}
      <Form.Item name="note" label={t('ownWords')}>
        <Input.TextArea rows={4} maxLength={2000} showCount />
      </Form.Item>
    </ActionDrawer>
  );
}
