import { Alert, Button, Form, Input } from 'antd';
import { useState } from 'react';
import { api, http, queries } from '@/api/client';
import { useT } from '@/i18n';
import { count } from '@/shared/format/money';
import { Can } from '@/shared/permissions';
import { ActionDrawer, DetailDrawer } from '@/shared/ui/Drawers';
import { QueryState } from '@/shared/ui/QueryState';
import { Days, Report } from './Report';

/** A batch of the fact store, its accounts, and the way to take it back. */
export function BatchDrawer({ batch, onClose }: { batch?: string; onClose: () => void }) {
  const t = useT('imports');
  const [taking, setTaking] = useState(false);
  const query = api.useQuery(
    'get',
    '/api/v1/imports/{batch}',
    { params: { path: { batch: batch ?? '' } } },
    { enabled: batch !== undefined },
  );
  const withdraw = async ({ reason }: { reason: string }) => {
    await http.POST('/api/v1/imports/{batch}/withdraw', { params: { path: { batch: batch! } }, body: { reason } });
    await queries.invalidateQueries({ queryKey: ['table', 'imports'] });
    onClose();
  };
  const rows = count(query.data?.report.accepted ?? 0);
  const published = query.data?.published_months ?? [];
  return (
    <DetailDrawer
      open={batch !== undefined}
      title={query.data?.file || batch}
      onClose={onClose}
      width={760}
      actions={
        <Can permission="import.load">
          <Button danger onClick={() => setTaking(true)}>
            {t('withdraw')}
          </Button>
        </Can>
      }
    >
      <QueryState query={query}>
        {(data) => (
          <div style={{ display: 'grid', gap: 12 }}>
            <div className="muted">
              {data.batch} · {data.day}
              {data.encoding && ` · ${t('encoding', { encoding: data.encoding })}`}
            </div>
            <Report report={data.report} />
            <Days report={data.report} />
            <div className="muted" style={{ overflowWrap: 'anywhere' }}>
              SHA-256 {data.sha256}
            </div>
          </div>
        )}
      </QueryState>
      <ActionDrawer<{ reason: string }>
        open={taking}
        title={t('withdraw')}
        consequence={t('withdrawConsequence', { count: rows })}
        verb={t('withdraw')}
        danger
        done={t('withdrawn')}
        onSubmit={withdraw}
        onClose={() => setTaking(false)}
      >
        {published.length > 0 && (
          <Alert type="warning" showIcon title={t('withdrawPublished', { months: published.join(' ') })} style={{ marginBottom: 12 }} />
        )}
        <Form.Item name="reason" label={t('reason')} rules={[{ required: true, whitespace: true, message: t('reasonMissing') }]}>
          <Input.TextArea rows={3} maxLength={500} showCount />
        </Form.Item>
      </ActionDrawer>
    </DetailDrawer>
  );
}
