import { Link, useParams } from '@tanstack/react-router';
import { Alert, Button, Space, Steps } from 'antd';
import { useState } from 'react';
import { answer, api, http, newKey, onceHeader, queries, type Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { Can } from '@/shared/permissions';
import { Block } from '@/shared/ui/Block';
import { Refused } from '@/shared/ui/Drawers';
import { JobProgress } from '@/shared/ui/JobProgress';
import { PageHead } from '@/shared/ui/PageHead';
import { QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { useUrl } from '@/shared/url';
import { MappingForm } from './MappingForm';
import { Days, Report } from './Report';
import { TONES } from './labels';

type UploadView = Schema<'UploadView'>;

/** A file on its way into the fact store: headers, check, load. */
export default function UploadPage() {
  const { id } = useParams({ strict: false }) as { id: string };
  const t = useT('imports');
  const label = useLabel('imports');
  const params = { params: { path: { id } } };
  const query = api.useQuery('get', '/api/v1/uploads/{id}', params);
  const state = query.data?.state;
  return (
    <>
      <PageHead
        title={query.data?.file ?? t('upload')}
        note={state && <StatusTag tone={TONES[state]}>{label('states', state)}</StatusTag>}
        actions={<Link to="/imports">{t('title')}</Link>}
      />
      <QueryState query={query} rows={8}>
        {(data) => <Wizard key={data.version} data={data} reload={() => void query.refetch()} />}
      </QueryState>
    </>
  );
}

const STEP: Record<string, number> = { uploaded: 0, checked: 2, refused: 1, loaded: 3, withdrawn: 3 };

function Wizard({ data, reload }: { data: UploadView; reload: () => void }) {
  const t = useT('imports');
  const [url, change] = useUrl();
  const [error, setError] = useState<unknown>();
  const [dirty, setDirty] = useState(false);
  const [key] = useState(newKey);
  const open = data.state !== 'loaded' && data.state !== 'withdrawn';
  const blocked = dirty ? t('unsaved') : !data.table || data.missing.length > 0 ? t('cannotCheck') : undefined;
  const start = async (call: Promise<{ data?: Schema<'JobView'> }>) => {
    setError(undefined);
    try {
      change({ job: (await answer(call)).id }, { replace: true });
    } catch (refused) {
      setError(refused);
    }
  };
  const path = { params: { path: { id: data.id } } };
  const check = () => start(http.POST('/api/v1/uploads/{id}/check', path));
  const load = (accept_partial: boolean) =>
    start(http.POST('/api/v1/uploads/{id}/load', { ...path, headers: onceHeader(key), body: { accept_partial } } as never));
  const ended = () => {
    change({ job: undefined }, { replace: true });
    void queries.invalidateQueries({ queryKey: ['table', 'imports'] });
    reload();
  };
  if (data.unreadable)
    return (
      <Alert type="error" showIcon title={t('unreadable')} description={data.unreadable} action={<Link to="/imports">{t('again')}</Link>} />
    );
  const faulty = data.report ? data.report.rejected - data.report.duplicates : 0;
  return (
    <div style={{ display: 'grid', gap: 12 }}>
      <Steps
        size="small"
        current={STEP[data.state] ?? 0}
        items={(['map', 'check', 'load'] as const).map((step) => ({ title: t(`steps.${step}`) }))}
      />
      {data.twin && <Alert type="warning" showIcon title={t('twin', { file: data.twin })} />}
      {error !== undefined && <Refused error={error} />}
      <Block title={t('steps.map')} extra={data.encoding && <span className="muted">{t('encoding', { encoding: data.encoding })}</span>}>
        <MappingForm data={data} open={open} onDirty={setDirty} onSaved={reload} />
      </Block>
      <Block title={t('steps.check')}>
        <div style={{ display: 'grid', gap: 12 }}>
          {url.job && (
            <JobProgress id={url.job} onDone={ended}>
              {(job) =>
                job.state === 'failed' && (
                  <Alert
                    type="error"
                    showIcon
                    role="alert"
                    style={{ marginTop: 8 }}
                    title={t('failed')}
                    description={job.detail ?? undefined}
                  />
                )
              }
            </JobProgress>
          )}
          {open && (
            <Can permission="import.load">
              <Space wrap>
                <Button
                  type={data.report ? 'default' : 'primary'}
                  disabled={blocked !== undefined}
                  title={blocked}
                  onClick={() => void check()}
                >
                  {t('check')}
                </Button>
                {faulty === 0 ? (
                  <Button
                    type="primary"
                    disabled={!data.report}
                    title={data.report ? undefined : t('cannotLoad')}
                    onClick={() => void load(false)}
                  >
                    {t('load')}
                  </Button>
                ) : (
                  <Button type="primary" onClick={() => void load(true)}>
                    {t('loadPartial')}
                  </Button>
                )}
                {blocked && <span className="muted">{blocked}</span>}
              </Space>
            </Can>
          )}
          {data.report && <Report report={data.report} />}
          {open && faulty > 0 && <span className="muted">{t('partialHelp', { count: faulty })}</span>}
          {data.batch && data.state === 'loaded' && (
            <Alert
              type="success"
              showIcon
              title={t('loadedDone', { batch: data.batch })}
              action={<Link to={`/imports?batch=${data.batch}`}>{t('batch')}</Link>}
            />
          )}
          {data.problems.length > 0 && <Faults data={data} />}
          {data.has_rejects && (
            <a href={`/api/v1/uploads/${data.id}/rejects`} download>
              {t('rejectFile')}
            </a>
          )}
        </div>
      </Block>
      {data.report && data.report.days.length > 0 && (
        <Block title={t('days')}>
          <Days report={data.report} />
        </Block>
      )}
    </div>
  );
}

function Faults({ data }: { data: UploadView }) {
  const t = useT('imports');
  return (
    <table className="plain-table" aria-label={t('faults', { count: data.problems.length })}>
      <caption className="muted">{t('faults', { count: data.problems.length })}</caption>
      <thead>
        <tr>
          {(['row', 'header', 'value', 'why'] as const).map((name) => (
            <th key={name} scope="col">
              {t(name)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {data.problems.map((fault, index) => (
          <tr key={index}>
            <th scope="row">{fault.row}</th>
            <td>{fault.column}</td>
            <td>{fault.value}</td>
            <td>{fault.text}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
