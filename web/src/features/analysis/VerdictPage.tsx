import { Link, useParams } from '@tanstack/react-router';
import { Alert, Button, Form, Input, Radio, Space } from 'antd';
import { useState, type ReactNode } from 'react';
import { answer, api, http, ifMatch, queries, type Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { range } from '@/shared/format/time';
import { usePermission } from '@/shared/permissions';
import { Block } from '@/shared/ui/Block';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { PageHead } from '@/shared/ui/PageHead';
import { PlainTable } from '@/shared/ui/PlainTable';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { STAGE_TONES, VERDICT_TONES } from './verdict';

type Whole = Schema<'OutletVerdictWhole'>;
type Task = Schema<'OutletVerdictTask'>;

const TAKES_PART = ['flow.start', 'flow.decide', 'flow.read'];
const FOUND = ['passed', 'failed', 'again'] as const;

/** A verdict on an outlet: its numbers, the tasks of an improvement, what is left at one that is cleared. */
export default function VerdictPage() {
  const { id = '' } = useParams({ strict: false }) as { id?: string };
  const query = api.useQuery('get', '/api/v1/outlet-verdicts/{id}', { params: { path: { id } } });
  return (
    <QueryState query={query} rows={10}>
      {(whole) => <Verdict whole={whole} />}
    </QueryState>
  );
}

type Doing = { what: 'recheck' } | { what: 'close' } | { what: 'finish'; task: Task };

function Verdict({ whole }: { whole: Whole }) {
  const t = useT('verdicts');
  const common = useT('common');
  const label = useLabel('verdicts');
  const [doing, setDoing] = useState<Doing>();
  const { head, may } = whole;
  const closes = () => setDoing(undefined);
  return (
    <>
      <PageHead
        title={t('one', { id: head.id })}
        note={<StatusTag tone={STAGE_TONES[head.stage]}>{label('stages', head.stage)}</StatusTag>}
        actions={
          <Space wrap>
            {may.recheck && (
              <Button type="primary" onClick={() => setDoing({ what: 'recheck' })}>
                {t('recheck')}
              </Button>
            )}
            {may.close && (
              <Button danger type="primary" onClick={() => setDoing({ what: 'close' })}>
                {t('close')}
              </Button>
            )}
            <Button onClick={() => print()}>{common('print')}</Button>
          </Space>
        }
      />
      {whole.exits && (
        <Alert
          type="warning"
          showIcon
          style={{ marginBottom: 12 }}
          title={
            <>
              {t('exit')}{' '}
              <Link to="/exits/$id" params={{ id: head.id } as never}>
                {head.id}
              </Link>
            </>
          }
        />
      )}
      <Block title={t('verdict')}>
        <Facts head={head} />
      </Block>
      {head.verdict === 'improve' && <Tasks whole={whole} onFinish={(task) => setDoing({ what: 'finish', task })} />}
      {head.stage === 'clearing' && <Left whole={whole} />}
      {doing?.what === 'recheck' && <Recheck head={head} onClose={closes} />}
      {doing?.what === 'close' && <Close head={head} onClose={closes} />}
      {doing?.what === 'finish' && <Finish head={head} task={doing.task} onClose={closes} />}
    </>
  );
}

const Fact = ({ name, children }: { name: string; children: ReactNode }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);

function Facts({ head }: { head: Whole['head'] }) {
  const t = useT('verdicts');
  const label = useLabel('verdicts');
  const reads = usePermission(TAKES_PART);
  return (
    <dl className="record-head" style={{ border: 0, margin: 0, padding: 0 }}>
      <Fact name={t('outlet')}>
        <Link to="/outlets/$code" params={{ code: head.outlet.code } as never}>
          {head.outlet.name} {head.outlet.code}
        </Link>
      </Fact>
      <Fact name={t('owner')}>{head.outlet.owner_name || '—'}</Fact>
      <Fact name={t('verdict')}>
        <StatusTag tone={VERDICT_TONES[head.verdict]}>{label('verdicts', head.verdict)}</StatusTag>
      </Fact>
      <Fact name={t('application')}>
        {reads ? (
          <Link to="/applications/$id" params={{ id: head.id } as never}>
            {head.id}
          </Link>
        ) : (
          head.id
        )}
      </Fact>
      <Fact name={t('proposed')}>{label('proposals', head.proposal)}</Fact>
      <Fact name={t('period')}>{range(head.first_month, head.last_month)}</Fact>
      <Fact name={t('credit')}>{(head.credit_tenths / 10).toFixed(1)}</Fact>
      <Fact name={t('rank')}>{head.rank === 0 ? '—' : t('rankOf', { rank: head.rank, of: head.of })}</Fact>
      <Fact name={t('worker')}>{head.owner}</Fact>
      <Fact name={t('decidedOn')}>{head.decided_on}</Fact>
      {head.until && (
        <Fact name={t('until')}>
          {head.until} {head.waits && <StatusTag tone="warn">{t('overdue')}</StatusTag>}
        </Fact>
      )}
      <Fact name={t('reason')}>{head.reason}</Fact>
      {head.ended_on && <Fact name={t('ended')}>{t('endedBy', { day: head.ended_on, who: head.ended_by, words: head.ended_words })}</Fact>}
    </dl>
  );
}

function Tasks({ whole, onFinish }: { whole: Whole; onFinish: (task: Task) => void }) {
  const t = useT('verdicts');
  return (
    <Block title={t('tasks')}>
      {whole.tasks.length === 0 ? (
        <EmptyBox title={t('noTasks')} />
      ) : (
        <PlainTable label={t('tasks')} heads={[t('task'), t('due'), t('doneOn'), t('note')]}>
          <tbody>
            {whole.tasks.map((task) => (
              <tr key={task.seq}>
                <th scope="row">{task.words}</th>
                <td>
                  {task.due_on} {task.late && <StatusTag tone="bad">{t('late')}</StatusTag>}
                </td>
                <td>
                  {task.done_on ? (
                    `${task.done_on} ${task.done_by}`
                  ) : whole.may.done ? (
                    <Button size="small" onClick={() => onFinish(task)}>
                      {t('finish')}
                    </Button>
                  ) : (
                    '—'
                  )}
                </td>
                <td>{task.note || '—'}</td>
              </tr>
            ))}
          </tbody>
        </PlainTable>
      )}
    </Block>
  );
}

/** What has to be taken back before the outlet closes. */
function Left({ whole }: { whole: Whole }) {
  const t = useT('verdicts');
  return (
    <Block title={t('left')}>
      <p className="muted" style={{ marginTop: 0 }}>
        {t('leftHelp')}
      </p>
      <PlainTable label={t('left')} heads={[t('claim'), t('leftOver')]}>
        <tbody>
          {whole.balances.map((balance) => (
            <tr key={balance.name}>
              <th scope="row">{balance.title}</th>
              <td>
                {balance.left.length === 0 ? (
                  <StatusTag tone="good">{t('zero')}</StatusTag>
                ) : (
                  balance.left.map((one, index) => <div key={index}>{one.what}</div>)
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </PlainTable>
    </Block>
  );
}

interface ActProps {
  head: Whole['head'];
  onClose: () => void;
}

function Words({ name, label }: { name: string; label: string }) {
  const t = useT('verdicts');
  return (
    <Form.Item name={name} label={label} rules={[{ required: true, min: 2, whitespace: true, message: t('needed') }]}>
      <Input.TextArea rows={3} maxLength={500} />
    </Form.Item>
  );
}

function Finish({ head, task, onClose }: ActProps & { task: Task }) {
  const t = useT('verdicts');
  const submit = async (body: { note: string }) => {
    const params = { path: { id: head.id, seq: String(task.seq) }, header: ifMatch(head.version) };
    await answer(http.POST('/api/v1/outlet-verdicts/{id}/tasks/{seq}', { params, headers: ifMatch(head.version), body }));
    await queries.invalidateQueries();
  };
  return (
    <ActionDrawer<{ note: string }>
      open
      title={t('finishOf', { task: task.words })}
      verb={t('finish')}
      done={t('saved')}
      onSubmit={submit}
      onClose={onClose}
    >
      <Words name="note" label={t('note')} />
    </ActionDrawer>
  );
}

interface Found {
  found: (typeof FOUND)[number];
  until?: string;
  reason: string;
}

function Recheck({ head, onClose }: ActProps) {
  const t = useT('verdicts');
  const [form] = Form.useForm<Found>();
  const found = Form.useWatch('found', form);
  const submit = async (values: Found) => {
    const params = { path: { id: head.id }, header: ifMatch(head.version) };
    const body = { ...values, until: values.found === 'again' ? values.until : null };
    await answer(http.POST('/api/v1/outlet-verdicts/{id}/recheck', { params, headers: ifMatch(head.version), body }));
    await queries.invalidateQueries();
  };
  return (
    <ActionDrawer<Found>
      open
      form={form}
      title={`${t('recheck')} ${head.id}`}
      consequence={t('recheckHelp')}
      verb={t('recheck')}
      done={t('saved')}
      initial={{ found: 'passed' }}
      onSubmit={submit}
      onClose={onClose}
    >
      <Form.Item name="found" label={t('found')}>
        <Radio.Group options={FOUND.map((value) => ({ value, label: t(`founds.${value}`) }))} />
      </Form.Item>
      {found === 'again' && (
        <Form.Item name="until" label={t('again')} rules={[{ required: true, message: t('needed') }]}>
          <Input type="date" />
        </Form.Item>
      )}
      <Words name="reason" label={t('reason')} />
    </ActionDrawer>
  );
}

function Close({ head, onClose }: ActProps) {
  const t = useT('verdicts');
  const submit = async (body: { reason: string }) => {
    const params = { path: { id: head.id }, header: ifMatch(head.version) };
    await answer(http.POST('/api/v1/outlet-verdicts/{id}/close', { params, headers: ifMatch(head.version), body }));
    await queries.invalidateQueries();
  };
  return (
    <ActionDrawer<{ reason: string }>
      open
      danger
      title={`${t('close')} ${head.outlet.name}`}
      consequence={t('closeHelp')}
      verb={t('close')}
      done={t('closed')}
      onSubmit={submit}
      onClose={onClose}
    >
      <Words name="reason" label={t('reason')} />
    </ActionDrawer>
  );
}
