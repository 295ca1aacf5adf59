import { Button, DatePicker, Form, Input, Radio, Segmented } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useState } from 'react';
import { http, ifMatch, queries, type Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { usePermission } from '@/shared/permissions';
import { Block } from '@/shared/ui/Block';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { PlainTable } from '@/shared/ui/PlainTable';
import { StatusTag } from '@/shared/ui/StatusTag';
import { useUrl } from '@/shared/url';
import type { Whole } from './EventPage';
import { TASK_TONES } from './tones';

type Task = Schema<'EventTask'>;

const STATES = ['open', 'done', 'dropped'] as const;

interface Props {
  whole: Whole;
  reload: () => Promise<void>;
}

/** The tasks of an event, as a board by state or as a list by day. */
export function Tasks({ whole, reload }: Props) {
  const t = useT('recruit');
  const [url, change] = useUrl();
  const manages = usePermission('recruit.manage');
  const [doing, setDoing] = useState<Task>();
  const runs = whole.event.state === 'preparing' || whole.event.state === 'held';
  const open = manages && runs ? setDoing : undefined;
  const board = url.view === 'board';
  return (
    <>
      <div className="no-print" style={{ marginBottom: 12 }}>
        <Segmented
          aria-label={t('view')}
          value={board ? 'board' : 'list'}
          onChange={(view) => change({ view: view === 'list' ? undefined : String(view) })}
          options={[
            { value: 'list', label: t('list') },
            { value: 'board', label: t('board') },
          ]}
        />
      </div>
      {board ? <Board tasks={whole.tasks} onOpen={open} /> : <Listed tasks={whole.tasks} onOpen={open} />}
      {doing && <Change key={doing.task} event={whole.event.id} task={doing} reload={reload} onClose={() => setDoing(undefined)} />}
    </>
  );
}

interface Shown {
  tasks: Task[];
  onOpen?: (task: Task) => void;
}

function Board({ tasks, onOpen }: Shown) {
  const t = useT('recruit');
  return (
    <div className="grid">
      {STATES.map((state) => {
        const held = tasks.filter((task) => task.state === state);
        return (
          <Block key={state} width={4} title={`${t(`taskStates.${state}`)} ${held.length}`}>
            <ul className="plain-list" style={{ display: 'grid', gap: 12 }}>
              {held.map((task) => (
                <li key={task.task}>
                  {onOpen ? (
                    <Button type="link" style={{ padding: 0 }} onClick={() => onOpen(task)}>
                      {task.title}
                    </Button>
                  ) : (
                    task.title
                  )}{' '}
                  {task.late && <StatusTag tone="bad">{t('late')}</StatusTag>}
                  <div className="muted">{`${task.due_on} · ${task.owner_name}`}</div>
                </li>
              ))}
            </ul>
          </Block>
        );
      })}
    </div>
  );
}

function Listed({ tasks, onOpen }: Shown) {
  const t = useT('recruit');
  const label = useLabel('recruit');
  return (
    <PlainTable label={t('tasks')}>
      <thead>
        <tr>
          {(['task', 'dueOn', 'owner', 'state', 'evidence'] as const).map((key) => (
            <th key={key} scope="col">
              {t(key)}
            </th>
          ))}
          {onOpen && (
            <th scope="col" className="no-print">
              {t('change')}
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {tasks.map((task) => (
          <tr key={task.task}>
            <th scope="row">
              {task.title} {task.required && <StatusTag>{t('required')}</StatusTag>}
            </th>
            <td>
              {task.due_on} {task.late && <StatusTag tone="bad">{t('late')}</StatusTag>}
            </td>
            <td>{task.owner_name}</td>
            <td>
              <StatusTag tone={TASK_TONES[task.state]}>{label('taskStates', task.state)}</StatusTag>
              {task.ended_on && <div className="muted">{t('endedBy', { who: task.ended_by, day: task.ended_on })}</div>}
            </td>
            <td>{task.evidence || <span className="muted">{task.asked}</span>}</td>
            {onOpen && (
              <td className="no-print">
                <Button size="small" aria-label={`${t('change')} ${task.title}`} onClick={() => onOpen(task)}>
                  {t('change')}
                </Button>
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}

interface Values {
  owner: string;
  due_on: Dayjs;
  state: string;
  evidence?: string;
}

function Change({ event, task, reload, onClose }: { event: string; task: Task; reload: () => Promise<void>; onClose: () => void }) {
  const t = useT('recruit');
  const [form] = Form.useForm<Values>();
  const state = Form.useWatch('state', form) ?? task.state;
  return (
    <ActionDrawer<Values>
      open
      form={form}
      title={task.title}
      consequence={t('taskHelp', { asked: task.asked })}
      verb={t('save')}
      done={t('saved')}
      initial={{ owner: task.owner, due_on: dayjs(task.due_on), state: task.state, evidence: task.evidence }}
      onClose={onClose}
      onStale={async () => {
        await reload();
        return [];
      }}
      onSubmit={async (values) => {
        await http.PUT('/api/v1/recruiting/events/{id}/tasks/{task}', {
          params: { path: { id: event, task: task.task }, header: ifMatch(task.version) },
          body: { ...values, due_on: values.due_on.format('YYYY-MM-DD'), evidence: values.evidence ?? '' },
        });
        await queries.invalidateQueries();
      }}
    >
      <Form.Item name="state" label={t('state')}>
        <Radio.Group options={STATES.map((value) => ({ value, label: t(`taskStates.${value}`) }))} />
      </Form.Item>
      <Form.Item
        name="evidence"
        label={t('evidence')}
        rules={state === 'open' ? [] : [{ required: true, min: 2, whitespace: true, message: t('atLeast') }]}
      >
        <Input.TextArea rows={4} maxLength={1000} showCount />
      </Form.Item>
      <Form.Item name="owner" label={t('owner')} rules={[{ required: true, whitespace: true, message: t('needed') }]}>
        <Input maxLength={60} autoComplete="off" />
      </Form.Item>
      <Form.Item name="due_on" label={t('dueOn')} rules={[{ required: true, message: t('needed') }]}>
        <DatePicker style={{ width: '100%' }} />
      </Form.Item>
    </ActionDrawer>
  );
}
