import { Button } from 'antd';
import { answer, http, type Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { dateTime } from '@/shared/format/time';
import { DetailDrawer } from '@/shared/ui/Drawers';
import { JobProgress } from '@/shared/ui/JobProgress';
import { PageHead } from '@/shared/ui/PageHead';
import { EmptyBox } from '@/shared/ui/QueryState';
import { ResourceTable, type Column } from '@/shared/ui/ResourceTable';
import { StatusTag, type Tone } from '@/shared/ui/StatusTag';
import { useUrl } from '@/shared/url';

type Job = Schema<'JobView'>;

const TONES: Record<string, Tone> = { waiting: 'plain', running: 'info', done: 'good', failed: 'bad', cancelled: 'warn' };

/** Long work one asked for: what runs, what ended and how. */
export default function JobsPage() {
  const t = useT('jobs');
  const label = useLabel('common');
  const [url, change] = useUrl();
  const columns: Column<Job>[] = [
    {
      key: 'title',
      title: t('what'),
      render: (_, job) => (
        <Button type="link" size="small" style={{ padding: 0 }} onClick={() => change({ id: job.id })}>
          {job.title}
        </Button>
      ),
    },
    { key: 'state', title: t('state'), render: (_, job) => <StatusTag tone={TONES[job.state]}>{label('job', job.state)}</StatusTag> },
    { key: 'begun', title: t('begun'), render: (_, job) => dateTime(job.begun_at) },
    { key: 'ended', title: t('ended'), render: (_, job) => (job.ended_at ? dateTime(job.ended_at) : '—') },
    { key: 'detail', title: t('detail'), render: (_, job) => job.detail ?? (job.note || '—') },
  ];
  return (
    <>
      <PageHead title={t('title')} />
      <ResourceTable<Job>
        id="jobs"
        label={t('title')}
        columns={columns}
        rowKey={(job) => job.id}
        load={(query, signal) => answer(http.GET('/api/v1/jobs', { params: { query: query as object }, signal }))}
        onOpen={(job) => change({ id: job.id })}
        whenEmpty={<EmptyBox help={t('empty')} />}
      />
      <DetailDrawer open={url.id !== undefined} title={t('title')} width={420} onClose={() => change({ id: undefined })}>
        {url.id && <JobProgress id={url.id} />}
      </DetailDrawer>
    </>
  );
}
