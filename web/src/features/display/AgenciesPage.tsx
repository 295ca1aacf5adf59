import { Button, Form, Input } from 'antd';
import { useState } from 'react';
import { answer, api, http, ifMatch, onceHeader } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { keeper } from '@/shared/flows/acts';
import { fenOf, yuan } from '@/shared/format/money';
import { usePermission } from '@/shared/permissions';
import { Block } from '@/shared/ui/Block';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { Money } from '@/shared/ui/Money';
import { PageHead } from '@/shared/ui/PageHead';
import { PlainTable } from '@/shared/ui/PlainTable';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';
import { StatusTag } from '@/shared/ui/StatusTag';
import { YuanItem } from '@/shared/ui/YuanItem';
import { JOB_STATES, JOB_TONES, refresh, type Agency, type Job } from './data';
import { AreaItem, useRequired } from './fields';
import { JobActing, type JobAct } from './JobActs';
import { Photo } from './parts';

const ACTS: Record<string, JobAct[]> = { quoting: ['quote', 'choose', 'cancel'], chosen: ['inspect', 'cancel'] };

/** Who makes our material: companies with their ratings, jobs with quotes, choice and inspection. */
export default function AgenciesPage() {
  const t = useT('displayPlans');
  const label = useLabel('displayPlans');
  const common = useT('common');
  const may = usePermission('display.manage');
  const [open, setOpen] = useState<'register' | 'job'>();
  const [acting, setActing] = useState<{ act: JobAct; row: Job }>();
  const [stopping, setStopping] = useState<Agency>();
  const query = api.useQuery('get', '/api/v1/display/agencies', {});
  const columns: Column<Job>[] = [
    { key: 'id', title: t('number'), dataIndex: 'id', fixed: 'left' },
    { key: 'title', title: t('jobTitle'), dataIndex: 'title' },
    { key: 'area', title: t('area'), dataIndex: 'territory_name' },
    {
      key: 'state',
      title: t('state'),
      render: (_, row) => <StatusTag tone={JOB_TONES[row.state]}>{label('jobs', row.state)}</StatusTag>,
    },
    { key: 'estimate', title: t('estimate'), money: true, render: (_, row) => <Money fen={row.estimate} /> },
    {
      key: 'due',
      title: t('dueOn'),
      render: (_, row) => (
        <>
          {row.due_on} {row.late && <StatusTag tone="bad">{t('late')}</StatusTag>}
        </>
      ),
    },
    {
      key: 'quotes',
      title: t('quotes'),
      render: (_, row) => (
        <>
          <StatusTag tone={row.quotes.length < row.needs ? 'warn' : 'plain'}>
            {t('quotesOf', { there: row.quotes.length, needs: row.needs })}
          </StatusTag>{' '}
          {row.quotes.map((quote) => t('quoteIs', { name: quote.name, amount: yuan(quote.amount), days: quote.days })).join('；')}
        </>
      ),
    },
    { key: 'agency', title: t('agency'), render: (_, row) => row.agency_name || '—' },
    { key: 'amount', title: t('cost'), money: true, render: (_, row) => (row.agency === '' ? '—' : <Money fen={row.amount} />) },
    { key: 'why', title: t('whyChosen'), dataIndex: 'why' },
    {
      key: 'marks',
      title: t('findings'),
      render: (_, row) => (row.quality === 0 ? '—' : `${row.quality} · ${row.punctual} ${row.findings}`),
    },
    { key: 'photo', title: t('photo'), render: (_, row) => <Photo sha256={row.photo} label={row.title} /> },
    {
      key: 'acts',
      title: t('acts'),
      render: (_, row) =>
        may
          ? (ACTS[row.state] ?? []).map((act) => (
              <Button
                key={act}
                type="link"
                size="small"
                danger={act === 'cancel'}
                disabled={act === 'inspect' && row.own}
                title={act === 'inspect' && row.own ? t('ownJob') : undefined}
                onClick={() => setActing({ act, row })}
              >
                {t(`job.${act}`)}
              </Button>
            ))
          : '—',
    },
  ];
  return (
    <>
      <PageHead
        title={t('agenciesTitle')}
        actions={
          may && (
            <>
              <Button type="primary" onClick={() => setOpen('job')}>
                {t('newJob')}
              </Button>
              <Button onClick={() => setOpen('register')}>{t('register')}</Button>
            </>
          )
        }
      />
      <Block title={t('agencies')}>
        <QueryState query={query} empty={(rows) => rows.length === 0} whenEmpty={<EmptyBox title={t('noAgencies')} />}>
          {(rows) => <Agencies rows={rows} may={may} onStop={setStopping} />}
        </QueryState>
      </Block>
      <h2>{t('jobsTitle')}</h2>
      <ResourceTable<Job>
        id="display-jobs"
        label={t('jobsTitle')}
        columns={columns}
        rowKey={(row) => row.id}
        load={(asked, signal) => answer(http.GET('/api/v1/display/jobs', { params: { query: asked as object }, signal }))}
        tabs={{
          param: 'state',
          items: [{ value: '', label: common('all') }, ...JOB_STATES.map((value) => ({ value, label: t(`jobs.${value}`) }))],
        }}
        filters={[
          {
            kind: 'select',
            name: 'agency',
            label: t('agency'),
            options: (query.data ?? []).map((one) => ({ value: one.id, label: one.name })),
          },
        ]}
        whenEmpty={<EmptyBox title={t('noJobs')} />}
      />
      {open === 'register' && <Registering onClose={() => setOpen(undefined)} />}
      {open === 'job' && <NewJob onClose={() => setOpen(undefined)} />}
      {acting && <JobActing {...acting} agencies={query.data ?? []} onClose={() => setActing(undefined)} />}
      {stopping && <Stopping agency={stopping} onClose={() => setStopping(undefined)} />}
    </>
  );
}

function Agencies({ rows, may, onStop }: { rows: readonly Agency[]; may: boolean; onStop: (agency: Agency) => void }) {
  const t = useT('displayPlans');
  const label = useLabel('displayPlans');
  return (
    <PlainTable
      label={t('agencies')}
      maxHeight={320}
      heads={[t('agencyName'), t('work'), t('contact'), t('state'), { num: t('inspectedJobs') }, { num: t('rating') }, { acts: t('acts') }]}
    >
      <tbody>
        {rows.map((row) => (
          <tr key={row.id}>
            <td>{row.name}</td>
            <td>{row.work}</td>
            <td>{row.contact}</td>
            <td>
              <StatusTag tone={row.state === 'active' ? 'good' : 'bad'}>{label('agencyStates', row.state)}</StatusTag> {row.note}
            </td>
            <td className="num">{row.jobs}</td>
            <td className="num">{row.rating === null ? '—' : (row.rating / 100).toFixed(2)}</td>
            <td className="no-print">
              {may ? (
                <Button size="small" onClick={() => onStop(row)}>
                  {t(row.state === 'active' ? 'stop' : 'resume')}
                </Button>
              ) : (
                '—'
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}

function Registering({ onClose }: { onClose: () => void }) {
  const t = useT('displayPlans');
  const [key] = useState(keeper);
  const required = useRequired();
  const submit = async ({ name, work, contact }: { name: string; work: string; contact?: string }) => {
    const body = { name, work, contact: contact ?? '' };
    const once = key(body);
    await answer(
      http.POST('/api/v1/display/agencies', { params: { header: { 'Idempotency-Key': once } }, headers: onceHeader(once), body }),
    );
    await refresh();
  };
  return (
    <ActionDrawer
      open
      title={t('register')}
      consequence={t('registerConsequence')}
      verb={t('register')}
      done={t('done')}
      onSubmit={submit}
      onClose={onClose}
    >
      <Form.Item name="name" label={t('agencyName')} rules={required}>
        <Input maxLength={60} autoComplete="off" />
      </Form.Item>
      <Form.Item name="work" label={t('work')} rules={required}>
        <Input.TextArea rows={2} maxLength={200} />
      </Form.Item>
      <Form.Item name="contact" label={t('contact')}>
        <Input maxLength={40} autoComplete="off" />
      </Form.Item>
    </ActionDrawer>
  );
}

function NewJob({ onClose }: { onClose: () => void }) {
  const t = useT('displayPlans');
  const [key] = useState(keeper);
  const required = useRequired();
  const submit = async ({ estimate, ...values }: { title: string; territory: string; due_on: string; estimate?: string }) => {
    const body = { ...values, estimate: fenOf(estimate ?? '') ?? 0 };
    const once = key(body);
    await answer(http.POST('/api/v1/display/jobs', { params: { header: { 'Idempotency-Key': once } }, headers: onceHeader(once), body }));
    await refresh();
  };
  return (
    <ActionDrawer
      open
      title={t('newJob')}
      consequence={t('newJobConsequence')}
      verb={t('newJob')}
      done={t('done')}
      onSubmit={submit}
      onClose={onClose}
    >
      <Form.Item name="title" label={t('jobTitle')} rules={required}>
        <Input maxLength={100} autoComplete="off" />
      </Form.Item>
      <AreaItem />
      <YuanItem name="estimate" label={t('estimateYuan')} />
      <Form.Item name="due_on" label={t('dueOn')} rules={required}>
        <Input type="date" />
      </Form.Item>
    </ActionDrawer>
  );
}

function Stopping({ agency, onClose }: { agency: Agency; onClose: () => void }) {
  const t = useT('displayPlans');
  const stopped = agency.state === 'active';
  const submit = async ({ reason }: { reason: string }) => {
    const params = { path: { id: agency.id }, header: ifMatch(agency.version) };
    await answer(http.POST('/api/v1/display/agencies/{id}/state', { params, headers: ifMatch(agency.version), body: { stopped, reason } }));
    await refresh();
  };
  const verb = stopped ? 'stop' : 'resume';
  return (
    <ActionDrawer
      open
      title={`${t(verb)} · ${agency.name}`}
      consequence={t(stopped ? 'stopConsequence' : 'resumeConsequence')}
      verb={t(verb)}
      danger={stopped}
      done={t('done')}
      onSubmit={submit}
      onClose={onClose}
    >
      <Form.Item name="reason" label={t('reason')} rules={useRequired()}>
        <Input.TextArea rows={3} maxLength={200} />
      </Form.Item>
    </ActionDrawer>
  );
}
