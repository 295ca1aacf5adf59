import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { Alert, Button, DatePicker, Form, Input, Space } from 'antd';
import type { Dayjs } from 'dayjs';
import { useState } from 'react';
import { api, http, newKey, onceHeader, queries, type Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { AGREEMENT_TONES } from '@/shared/agreements';
import { yuan } from '@/shared/format/money';
import { dayPlus } from '@/shared/format/time';
import { Can } from '@/shared/permissions';
import { Block } from '@/shared/ui/Block';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { PageHead } from '@/shared/ui/PageHead';
import { PlainTable } from '@/shared/ui/PlainTable';
import { QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { Basics, Clauses, Signatures } from './parts';
import { WriteDraft } from './WriteDraft';

type Whole = Schema<'AgreementWhole'>;

/** One agreement: what it says, who signed, what is about to end, what followed it. */
export default function AgreementPage() {
  const { code = '' } = useParams({ strict: false }) as { code?: string };
  const query = api.useQuery('get', '/api/v1/agreements/{code}', { params: { path: { code } } });
  return (
    <QueryState query={query} rows={10}>
      {(whole) => <Record whole={whole} />}
    </QueryState>
  );
}

function Record({ whole }: { whole: Whole }) {
  const t = useT('agreements');
  const common = useT('common');
  const label = useLabel('agreements');
  const navigate = useNavigate();
  const [doing, setDoing] = useState<'renew' | 'end'>();
  const { agreement, draft, clauses, signatures, others } = whole;
  const lives = agreement.state !== 'ended';
  const facts: [string, string][] = [
    [t('territory'), agreement.territory_name],
    [t('business'), agreement.business_title],
    [t('from'), agreement.from],
    [t('lastDay'), agreement.last_day ?? t('endless')],
    [t('deposit'), agreement.deposit === null ? '—' : yuan(agreement.deposit)],
    [t('commitment'), yuan(agreement.commitment)],
    [t('renewedFrom'), common(agreement.renewed ? 'yes' : 'no')],
  ];
  return (
    <>
      <PageHead
        title={`${t('title')} ${agreement.code}`}
        note={<StatusTag tone={AGREEMENT_TONES[agreement.state]}>{label('states', agreement.state)}</StatusTag>}
        actions={
          <Space wrap>
            {draft && <Button href={`/api/v1/agreements/${encodeURIComponent(agreement.code)}/paper`}>{t('pdf')}</Button>}
            <Can permission="agreement.manage">
              <Button type="primary" onClick={() => setDoing('renew')}>
                {t('renew')}
              </Button>
              {lives && (
                <Button danger onClick={() => setDoing('end')}>
                  {t('end')}
                </Button>
              )}
            </Can>
            <Button onClick={() => print()}>{common('print')}</Button>
          </Space>
        }
      />
      {agreement.days_left !== null && agreement.last_day && (
        <Alert
          type="warning"
          showIcon
          style={{ marginBottom: 12 }}
          title={t('warn', { day: agreement.last_day, days: agreement.days_left })}
        />
      )}
      <div className="grid">
        <div className="w8">
          <Basics of={agreement} facts={facts} />
          <Block title={t('clauses')}>
            <Clauses clauses={clauses} />
          </Block>
        </div>
        <div className="w4">
          {draft && (
            <Block title={t('signatures')}>
              <Signatures signatures={signatures} draft={draft} />
            </Block>
          )}
          <Block title={t('others')}>
            {others.length === 0 ? (
              <span className="muted">{t('noOthers')}</span>
            ) : (
              <PlainTable label={t('others')}>
                <tbody>
                  {others.map((row) => (
                    <tr key={row.code}>
                      <th scope="row">
                        <Link to="/agreements/$code" params={{ code: row.code } as never}>
                          {row.code}
                        </Link>
                      </th>
                      <td>{`${row.from} – ${row.last_day ?? t('endless')}`}</td>
                      <td>
                        <StatusTag tone={AGREEMENT_TONES[row.state]}>{label('states', row.state)}</StatusTag>
                      </td>
                    </tr>
                  ))}
                </tbody>
              </PlainTable>
            )}
          </Block>
        </div>
      </div>
      {doing === 'renew' && (
        <WriteDraft
          base={{
            partner: agreement.partner,
            business: agreement.business,
            from: dayPlus(agreement.last_day ?? agreement.from, 1),
            renews: agreement.code,
          }}
          onClose={() => setDoing(undefined)}
          onDone={(id) => void navigate({ to: '/agreement-drafts/$id', params: { id } as never })}
        />
      )}
      {doing === 'end' && <End code={agreement.code} onClose={() => setDoing(undefined)} />}
    </>
  );
}

function End({ code, onClose }: { code: string; onClose: () => void }) {
  const t = useT('agreements');
  const [key] = useState(newKey);
  return (
    <ActionDrawer<{ last_day: Dayjs; reason: string }>
      open
      danger
      title={t('end')}
      consequence={t('endHelp')}
      verb={t('end')}
      done={t('ended')}
      onClose={onClose}
      onSubmit={async ({ last_day, reason }) => {
        await http.POST('/api/v1/agreements/{code}/end', {
          params: { path: { code }, header: onceHeader(key) },
          body: { last_day: last_day.format('YYYY-MM-DD'), reason },
        });
        await queries.invalidateQueries();
      }}
    >
      <Form.Item name="last_day" label={t('endDay')} rules={[{ required: true, message: t('required') }]}>
        <DatePicker style={{ width: '100%' }} />
      </Form.Item>
      <Form.Item name="reason" label={t('reason')} rules={[{ required: true, min: 2, whitespace: true, message: t('reasonMissing') }]}>
        <Input.TextArea rows={3} maxLength={200} showCount />
      </Form.Item>
    </ActionDrawer>
  );
}
