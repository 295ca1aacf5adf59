import { Link } from '@tanstack/react-router';
import { Button, Form, Image, Input, Space } from 'antd';
import { useState } from 'react';
import { answer, api, http, ifMatch, queries, type Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { fenOf, yuan } from '@/shared/format/money';
import { dateTime, month } from '@/shared/format/time';
import { Can } from '@/shared/permissions';
import { Block } from '@/shared/ui/Block';
import { ActionDrawer, DetailDrawer } from '@/shared/ui/Drawers';
import { QueryState } from '@/shared/ui/QueryState';

type Dispute = Schema<'DisputeView'>;

/** One dispute: what the partner says, what was answered, and the next action. */
export function DisputeDrawer({ id, onClose }: { id: string; onClose: () => void }) {
  const t = useT('disputes');
  const label = useLabel('disputes');
  const query = api.useQuery('get', '/api/v1/disputes/{id}', { params: { path: { id } } });
  return (
    <DetailDrawer open title={id} onClose={onClose} actions={query.data && <Actions one={query.data} />}>
      <QueryState query={query}>
        {(one: Dispute) => (
          <>
            <Block title={one.title}>
              <p>{[one.partner_name, month(one.period), one.basis, yuan(one.amount)].filter(Boolean).join(' · ')}</p>
              <Link
                to="/proof"
                search={
                  {
                    period: one.period,
                    partner: one.partner,
                    policy: one.policy,
                    component: one.component,
                    basis: one.basis,
                    ...(one.kind === 'unpaid' ? { kind: 'zero' } : { payee: one.payee }),
                  } as never
                }
              >
                {t('proof')}
              </Link>
            </Block>
            <Block title={t('claim')}>
              <p>{one.claim}</p>
              <p className="muted">{t('raised', { who: one.raised_by, at: dateTime(one.raised_at) })}</p>
              {one.photos.length > 0 && (
                <Image.PreviewGroup>
                  {one.photos.map((photo, index) => (
                    <Image key={photo.id} width={120} src={`/api/v1/attachments/${photo.id}`} alt={t('photo', { number: index + 1 })} />
                  ))}
                </Image.PreviewGroup>
              )}
            </Block>
            {one.answer && (
              <Block title={t('answer')}>
                <p>
                  {one.outcome ? `${label('outcomes', one.outcome)}：` : ''}
                  {one.answer}
                </p>
                {one.adjustment !== null && <p>{t('proposedBy', { who: one.answered_by ?? '', amount: yuan(one.adjustment) })}</p>}
                {one.stated_in ? (
                  <p>
                    <Link to="/statements/$period/$partner" params={{ period: one.stated_in, partner: one.partner } as never}>
                      {t('statedIn', { month: month(one.stated_in) })}
                    </Link>
                  </p>
                ) : (
                  one.post_in && <p>{t('postIn', { month: month(one.post_in) })}</p>
                )}
                {one.decision && <p className="muted">{one.decision}</p>}
              </Block>
            )}
          </>
        )}
      </QueryState>
    </DetailDrawer>
  );
}

function Actions({ one }: { one: Dispute }) {
  const t = useT('disputes');
  const [open, setOpen] = useState<'answer' | 'approve' | 'return'>();
  const close = () => setOpen(undefined);
  const path = { id: one.id };
  const headers = ifMatch(one.version);
  const header = { 'If-Match': `"${one.version}"` };
  const after = () => queries.invalidateQueries();
  const decide = async (approve: boolean, note = '') => {
    await answer(http.POST('/api/v1/disputes/{id}/decision', { params: { path, header }, headers, body: { approve, note } }));
    await after();
  };
  const own = one.is_maker;
  return (
    <Can permission="dispute.answer">
      <Space>
        {one.state === 'open' && (
          <Button type="primary" onClick={() => setOpen('answer')}>
            {t('answer')}
          </Button>
        )}
        {one.state === 'proposed' && (
          <>
            <Button onClick={() => setOpen('return')}>{t('sendBack')}</Button>
            <Button type="primary" onClick={() => setOpen('approve')}>
              {t('approve')}
            </Button>
          </>
        )}
      </Space>
      <ActionDrawer<{ amount?: string; reason: string }>
        open={open === 'answer'}
        title={t('answer')}
        verb={t('answer')}
        consequence={t('answerHelp')}
        done={t('answered')}
        onClose={close}
        onSubmit={async ({ amount, reason }) => {
          const uphold = amount?.trim() ? fenOf(amount) : undefined;
          await answer(http.POST('/api/v1/disputes/{id}/answer', { params: { path, header }, headers, body: { uphold, reason } }));
          await after();
        }}
      >
        <Form.Item
          name="amount"
          label={t('adjustment')}
          rules={[
            {
              validator: (_, value?: string) =>
                !value?.trim() || fenOf(value) !== undefined ? Promise.resolve() : Promise.reject(new Error(t('adjustmentWrong'))),
            },
          ]}
        >
          <Input inputMode="decimal" />
        </Form.Item>
        <Form.Item name="reason" label={t('reason')} rules={[{ required: true, whitespace: true, min: 2, message: t('reasonMissing') }]}>
          <Input.TextArea rows={4} maxLength={2000} />
        </Form.Item>
      </ActionDrawer>
      <ActionDrawer<object>
        open={open === 'approve'}
        title={t('approve')}
        verb={t('approve')}
        blocked={own ? t('own') : undefined}
        consequence={t('approveHelp', { amount: yuan(one.adjustment ?? 0) })}
        done={t('approved')}
        onClose={close}
        onSubmit={() => decide(true)}
      />
      <ActionDrawer<{ note: string }>
        open={open === 'return'}
        title={t('sendBack')}
        verb={t('sendBack')}
        blocked={own ? t('own') : undefined}
        consequence={t('sendBackHelp')}
        done={t('sentBack')}
        onClose={close}
        onSubmit={({ note }) => decide(false, note)}
      >
        <Form.Item name="note" label={t('note')} rules={[{ required: true, whitespace: true, min: 2, message: t('reasonMissing') }]}>
          <Input.TextArea rows={3} maxLength={2000} />
        </Form.Item>
      </ActionDrawer>
    </Can>
  );
}
