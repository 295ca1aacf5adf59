import { Alert, Button, Progress } from 'antd';
import { useEffect, useRef, type ReactNode } from 'react';
import { http } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { useJob, type Job } from '@/shared/jobs';
import { ErrorBox } from './QueryState';

interface Props {
  id: string;
  /** Called once when it has ended well. */
  onDone?: (job: Job) => void;
  children?: (job: Job) => ReactNode;
}

/** How far long work is. It goes on without this page, and survives a lost connection. */
export function JobProgress({ id, onDone, children }: Props) {
  const t = useT('common');
  const label = useLabel('common');
  const { job, lost, error } = useJob(id);
  const told = useRef(false);
  useEffect(() => {
    if (job?.state !== 'done' || told.current) return;
    told.current = true;
    onDone?.(job);
  }, [job, onDone]);
  if (!job) return error ? <ErrorBox error={error} /> : <Progress percent={0} status="active" aria-label={t('loading')} />;
  const percent = job.state === 'done' ? 100 : job.total > 0 ? Math.min(99, Math.floor((job.done / job.total) * 100)) : 0;
  const over = job.state === 'failed' || job.state === 'cancelled';
  const status = over ? 'exception' : job.state === 'done' ? 'success' : 'active';
  return (
    <div aria-live="polite">
      <Progress percent={percent} status={status} aria-label={label('job', job.state)} />
      <div className="muted">
        {label('job', job.state)}
        {job.note && ` · ${job.note}`}
      </div>
      {lost && <Alert type="warning" showIcon title={t('job.lost')} style={{ marginTop: 8 }} />}
      {job.detail && <Alert type="error" showIcon title={job.detail} style={{ marginTop: 8 }} />}
      {!lost && status === 'active' && (
        <div className="muted">
          {t('job.leave')}{' '}
          <Button type="link" size="small" onClick={() => void http.POST('/api/v1/jobs/{id}/cancel', { params: { path: { id } } })}>
            {t('job.cancel')}
          </Button>
        </div>
      )}
      {children?.(job)}
    </div>
  );
}
