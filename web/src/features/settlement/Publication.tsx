import { Link } from '@tanstack/react-router';
import { Alert, Button, Form, Input, Space } from 'antd';
import { useState } from 'react';
import { answer, http, ifMatch, type Schema } from '@/api/client';
import { useT } from '@/i18n';
import { count } from '@/shared/format/money';
import { dateTime } from '@/shared/format/time';
import { Can } from '@/shared/permissions';
import { Block } from '@/shared/ui/Block';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { Marks } from './Marks';
import type { Period } from './labels';

type Act = 'submit' | 'approve' | 'refuse' | 'close';

interface Props {
  data: Period;
  onJob: (id: string) => void;
  onChanged: () => void;
}

/** Publication by two people, settling again, closing. */
export function Publication({ data, onJob, onChanged }: Props) {
  const t = useT('settlement');
  const [act, setAct] = useState<Act>();
  const waits = data.state === 'submitted' || data.state === 'again';
  const isOut = data.state === 'published' || data.state === 'closed';
  const blocked =
    data.open_exceptions > 0
      ? t('submitBlocked.exceptions', { count: data.open_exceptions })
      : data.stale_trial
        ? t('submitBlocked.stale')
        : undefined;
  return (
    <Block
      title={`${t('steps.publish')} · ${t('steps.close')}`}
      extra={
        isOut && (
          <Space>
            <Link to={`/settlement/statements?period=${data.month}`}>{t('seeStatements')}</Link>
            <Link to={`/payments?month=${data.month}`}>{t('seePayments')}</Link>
          </Space>
        )
      }
    >
      <div style={{ display: 'grid', gap: 12 }}>
        {waits && data.submitted && (
          <Alert
            type="info"
            showIcon
            title={t('waiting', { by: data.submitted.by, at: dateTime(data.submitted.at) })}
            description={data.note ? t('lastNote', { note: data.note }) : undefined}
          />
        )}
        {data.state === 'trial' && data.note && data.submitted && (
          <Alert type="warning" showIcon title={t('refused', { note: data.note })} />
        )}
        {data.state === 'publishing' && <Alert type="info" showIcon title={t('publishing')} />}
        {data.state === 'published' && (
          <Alert type="success" showIcon title={t('publishedHelp', { count: count(data.figures?.statements ?? 0) })} />
        )}
        {data.state === 'closed' && <Alert type="success" showIcon title={t('closedHelp')} />}
        <Space wrap>
          {data.state === 'trial' && (
            <Can permission="settlement.run">
              <Button type="primary" disabled={blocked !== undefined} title={blocked} onClick={() => setAct('submit')}>
                {t('submit')}
              </Button>
              {blocked && <span className="muted">{blocked}</span>}
            </Can>
          )}
          {waits && (
            <Can permission="settlement.approve">
              <Button
                type="primary"
                disabled={data.is_maker}
                title={data.is_maker ? t('maker') : undefined}
                onClick={() => setAct('approve')}
              >
                {t('approve')}
              </Button>
              <Button onClick={() => setAct('refuse')}>{t('refuse')}</Button>
              {data.is_maker && <span className="muted">{t('maker')}</span>}
            </Can>
          )}
          {data.state === 'published' && (
            <Can permission="settlement.approve">
              <Button onClick={() => setAct('close')}>{t('close')}</Button>
            </Can>
          )}
          {isOut && (
            <Can permission="settlement.run">
              <Button onClick={() => setAct('submit')}>{t('submitAgain')}</Button>
            </Can>
          )}
        </Space>
        <Marks data={data} />
      </div>
      <Action act={act} data={data} onClose={() => setAct(undefined)} onJob={onJob} onChanged={onChanged} />
    </Block>
  );
}

function Action({ act, data, onClose, onJob, onChanged }: Props & { act?: Act; onClose: () => void }) {
  const t = useT('settlement');
  const again = data.state === 'published' || data.state === 'closed' || data.state === 'again';
  const words: Record<Act, { verb: string; consequence: string }> = {
    submit: { verb: again ? t('submitAgain') : t('submit'), consequence: again ? t('againConsequence') : t('submitConsequence') },
    approve: { verb: t('approve'), consequence: again ? t('approveAgainConsequence') : t('approveConsequence') },
    refuse: { verb: t('refuse'), consequence: t('refuseConsequence') },
    close: { verb: t('close'), consequence: t('closeConsequence') },
  };
  const shown = act ?? 'submit';
  const run = async ({ note = '' }: { note?: string }) => {
    const path = { params: { path: { month: data.month } }, headers: ifMatch(data.version) };
    const body = { note };
    if (shown === 'approve')
      onJob((await answer(http.POST('/api/v1/periods/{month}/approve', path as never) as Promise<{ data?: Schema<'JobView'> }>)).id);
    if (shown === 'submit') await http.POST('/api/v1/periods/{month}/submit', { ...path, body } as never);
    if (shown === 'refuse') await http.POST('/api/v1/periods/{month}/refuse', { ...path, body } as never);
    if (shown === 'close') await http.POST('/api/v1/periods/{month}/close', { ...path, body } as never);
    onChanged();
  };
  const needed = shown === 'refuse' || (shown === 'submit' && again);
  return (
    <ActionDrawer<{ note?: string }>
      open={act !== undefined}
      title={words[shown].verb}
      consequence={words[shown].consequence}
      verb={words[shown].verb}
      danger={shown === 'close'}
      onSubmit={run}
      onClose={onClose}
    >
      {shown !== 'approve' && (
        <Form.Item
          name="note"
          label={needed ? t('reason') : t('submitNote')}
          rules={needed ? [{ required: true, whitespace: true, message: t('reasonMissing') }] : []}
        >
          <Input.TextArea rows={3} maxLength={500} showCount />
        </Form.Item>
      )}
    </ActionDrawer>
  );
}
