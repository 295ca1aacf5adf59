import { DownloadOutlined } from '@ant-design/icons';
import { Link } from '@tanstack/react-router';
import { App, Button, Dropdown, Modal } from 'antd';
import { useState } from 'react';
import { queries } from '@/api/client';
import { ApiError } from '@/api/errors';
import { useT } from '@/i18n';
import { count } from '@/shared/format/money';
import type { Job } from '@/shared/jobs';
import { JobProgress } from './JobProgress';

/** Writes all rows of what is shown to a file, in the background. `begin` asks the server for the job. */
export function ExportButton({ begin }: { begin: (format: 'xlsx' | 'csv') => Promise<Job> }) {
  const t = useT('downloads');
  const common = useT('common');
  const { message } = App.useApp();
  const [job, setJob] = useState<string>();
  const start = async (format: 'xlsx' | 'csv') => {
    try {
      setJob((await begin(format)).id);
      await queries.invalidateQueries({ queryKey: ['get', '/api/v1/exports'] });
    } catch (error) {
      void message.error(error instanceof ApiError ? error.message : common('state.failed'));
    }
  };
  return (
    <>
      <Dropdown
        trigger={['click']}
        menu={{
          items: [
            { key: 'xlsx', label: t('xlsx') },
            { key: 'csv', label: t('csv') },
          ],
          onClick: ({ key }) => void start(key as 'xlsx' | 'csv'),
        }}
      >
        <Button icon={<DownloadOutlined />}>{common('export')}</Button>
      </Dropdown>
      <Modal open={job !== undefined} title={t('exporting')} footer={null} onCancel={() => setJob(undefined)} destroyOnHidden>
        {job && <Running job={job} onLeave={() => setJob(undefined)} />}
      </Modal>
    </>
  );
}

/** An export under way, its file once it is there, and the way to all of them. */
function Running({ job, onLeave }: { job: string; onLeave: () => void }) {
  const t = useT('downloads');
  return (
    <>
      <JobProgress id={job}>
        {(done) => {
          const result = done.result as { export?: string; rows?: number } | null;
          if (done.state !== 'done' || !result?.export) return null;
          return (
            <p>
              {t('exported', { count: count(result.rows ?? 0) })}{' '}
              <a href={`/api/v1/exports/${result.export}`} download style={{ textDecoration: 'underline' }}>
                {t('download')}
              </a>
            </p>
          );
        }}
      </JobProgress>
      <p className="muted">
        {t('later')}{' '}
        <Link to="/downloads" onClick={onLeave} style={{ textDecoration: 'underline' }}>
          {t('title')}
        </Link>
      </p>
    </>
  );
}
