import { DownloadOutlined } from '@ant-design/icons';
import { App, Button, Dropdown, Modal } from 'antd';
import { useState } from 'react';
import { answer, http, type Schema } from '@/api/client';
import { ApiError } from '@/api/errors';
import { useT } from '@/i18n';
import type { Question } from './ask';
import { JobProgress } from '@/shared/ui/JobProgress';

interface Props {
  /** What is shown: the answer to a question, or the business behind a figure. */
  question?: Question;
  rows?: Schema<'RowsQuery'>;
  name: string;
}

/** Writes all rows of what is shown to a file, in the background. */
export function ExportButton({ question, rows, name }: Props) {
  const t = useT('volume');
  const { message } = App.useApp();
  const [job, setJob] = useState<string>();
  const begin = async (format: string) => {
    try {
      const begun = rows
        ? await answer(http.POST('/api/v1/exports/rows', { body: { rows, format, name } }))
        : question && (await answer(http.POST('/api/v1/exports', { body: { query: question, format, name } })));
      setJob(begun?.id);
    } catch (error) {
      message.error(error instanceof ApiError ? error.message : String(error));
    }
  };
  return (
    <>
      <Dropdown
        menu={{
          items: [
            { key: 'xlsx', label: t('exportXlsx') },
            { key: 'csv', label: t('exportCsv') },
          ],
          onClick: ({ key }) => void begin(key),
        }}
      >
        <Button icon={<DownloadOutlined />}>{t('export')}</Button>
      </Dropdown>
      <Modal open={job !== undefined} title={t('exporting')} footer={null} onCancel={() => setJob(undefined)} destroyOnHidden>
        {job && (
          <JobProgress id={job}>
            {(done) => {
              const result = done.result as { file?: string; rows?: number } | null;
              if (done.state !== 'done' || !result?.file) return null;
              return (
                <p>
                  {t('exported', { count: result.rows ?? 0 })}{' '}
                  <a href={`/api/v1/exports/${encodeURIComponent(result.file)}`} download>
                    {t('download')}
                  </a>
                </p>
              );
            }}
          </JobProgress>
        )}
      </Modal>
    </>
  );
}
