import { useParams } from '@tanstack/react-router';
import { Button, Form, Input } from 'antd';
import { useState } from 'react';
import { answer, api, http, type Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { count } from '@/shared/format/money';
import { usePermission } from '@/shared/permissions';
import { Block } from '@/shared/ui/Block';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { Money } from '@/shared/ui/Money';
import { PageHead } from '@/shared/ui/PageHead';
import { PlainTable } from '@/shared/ui/PlainTable';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { DIFFERENCE_TONES, refresh } from './data';

type Row = Schema<'TopUpDifference'>;

/** One day: what agrees, and each difference with what was done about it. */
export default function DayPage() {
  const t = useT('airtime');
  const common = useT('common');
  const { id = '' } = useParams({ strict: false }) as { id?: string };
  const query = api.useQuery('get', '/api/v1/top-up-days/{id}', { params: { path: { id } } });
  return (
    <QueryState query={query} rows={8}>
      {({ head, differences }) => (
        <>
          <PageHead
            title={t('dayOf', { day: head.day })}
            note={t('daySum', { lines: count(head.lines), agreed: count(head.agreed), open: count(head.open) })}
            actions={<Button onClick={() => print()}>{common('print')}</Button>}
          />
          <Block title={t('differences')}>
            {differences.length === 0 ? <EmptyBox title={t('noDifferences')} /> : <Differences id={id} rows={differences} />}
          </Block>
        </>
      )}
    </QueryState>
  );
}

function Differences({ id, rows }: { id: string; rows: Row[] }) {
  const t = useT('airtime');
  const label = useLabel('airtime');
  const may = usePermission('terminal.manage');
  const [closing, setClosing] = useState<{ row: Row; take: boolean }>();
  return (
    <>
      <PlainTable label={t('differences')}>
        <thead>
          <tr>
            <th scope="col">{t('number')}</th>
            <th scope="col">{t('serial')}</th>
            <th scope="col">{t('flow')}</th>
            <th scope="col">{t('what')}</th>
            <th scope="col" className="num">
              {t('ours')}
            </th>
            <th scope="col" className="num">
              {t('theirs')}
            </th>
            <th scope="col">{t('state')}</th>
            <th scope="col">{t('reason')}</th>
            {may && <th scope="col">{t('todo')}</th>}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.seq}>
              <td>{row.number}</td>
              <td>{row.serial}</td>
              <td>{label('flows', row.flow)}</td>
              <td>{label('kinds', row.kind)}</td>
              <td className="num">
                <Money fen={row.ours} />
              </td>
              <td className="num">
                <Money fen={row.theirs} />
              </td>
              <td>
                <StatusTag tone={DIFFERENCE_TONES[row.state]}>{label('closed', row.state)}</StatusTag>
              </td>
              <td>{[row.reason, row.decided_by].filter(Boolean).join(' · ') || '—'}</td>
              {may && (
                <td>
                  {row.state === 'open' && (
                    <>
                      {row.may_take && (
                        <Button size="small" type="link" onClick={() => setClosing({ row, take: true })}>
                          {t('take')}
                        </Button>
                      )}
                      <Button size="small" type="link" onClick={() => setClosing({ row, take: false })}>
                        {t('acknowledge')}
                      </Button>
                    </>
                  )}
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </PlainTable>
      {closing && <Close id={id} {...closing} onClose={() => setClosing(undefined)} />}
    </>
  );
}

function Close({ id, row, take, onClose }: { id: string; row: Row; take: boolean; onClose: () => void }) {
  const t = useT('airtime');
  const verb = take ? t('take') : t('acknowledge');
  const submit = async ({ reason }: { reason: string }) => {
    const params = { path: { id, seq: row.seq } };
    await answer(http.POST('/api/v1/top-up-days/{id}/lines/{seq}', { params, body: { take, reason } }));
    await refresh();
  };
  return (
    <ActionDrawer
      open
      title={`${verb} ${row.number}`}
      consequence={take ? t('takeConsequence') : t('acknowledgeConsequence')}
      verb={verb}
      done={t('closedNow')}
      onSubmit={submit}
      onClose={onClose}
    >
      <Form.Item name="reason" label={t('reason')} rules={[{ required: true, whitespace: true, min: 2, message: t('fieldMissing') }]}>
        <Input.TextArea rows={3} maxLength={500} />
      </Form.Item>
    </ActionDrawer>
  );
}
