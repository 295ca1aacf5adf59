import { useNavigate, useParams } from '@tanstack/react-router';
import { Button, InputNumber, Radio, Space } from 'antd';
import { useState } from 'react';
import { answer, api, http, onceHeader } from '@/api/client';
import { useT } from '@/i18n';
import { keeper } from '@/shared/flows/acts';
import { usePermission } from '@/shared/permissions';
import { Refused } from '@/shared/ui/Drawers';
import { Money } from '@/shared/ui/Money';
import { PageHead } from '@/shared/ui/PageHead';
import { PlainTable } from '@/shared/ui/PlainTable';
import { EmptyBox, QueryState } from '@/shared/ui/QueryState';
import { useUrl } from '@/shared/url';
import { refresh, type Proposal } from './data';

/** What an outlet should order, line by line with its reason; quantities can be changed before it is sent. */
export default function ProposalPage() {
  const t = useT('distribution');
  const common = useT('common');
  const { code = '' } = useParams({ strict: false }) as { code?: string };
  const [url, change] = useUrl();
  const kind = url.kind === 'initial' ? 'initial' : 'replenishment';
  const params = { path: { code }, query: { kind } };
  const query = api.useQuery('get', '/api/v1/distribution/outlets/{code}/proposal', { params });
  return (
    <>
      <PageHead
        title={t('proposalTitle', { outlet: query.data?.outlet_name ?? code })}
        note={t('proposalNote')}
        actions={<Button onClick={() => print()}>{common('print')}</Button>}
      />
      <Radio.Group
        value={kind}
        onChange={(event) => change({ kind: String(event.target.value) })}
        optionType="button"
        options={(['replenishment', 'initial'] as const).map((value) => ({ value, label: t(`kinds.${value}`) }))}
        style={{ marginBottom: 12 }}
      />
      <QueryState query={query} rows={8}>
        {(proposal) => <Lines key={kind} proposal={proposal} />}
      </QueryState>
    </>
  );
}

function Lines({ proposal }: { proposal: Proposal }) {
  const t = useT('distribution');
  const navigate = useNavigate();
  const may = usePermission('distribution.manage');
  const [key] = useState(keeper);
  const [typed, setTyped] = useState<Record<string, number>>({});
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<unknown>();
  const lines = proposal.lines.map((line) => ({ ...line, quantity: typed[line.product] ?? line.quantity }));
  const total = lines.reduce((sum, line) => sum + line.price * line.quantity, 0);
  const send = async () => {
    setBusy(true);
    setRefused(undefined);
    try {
      const ordered = lines.filter((line) => line.quantity > 0);
      const body = {
        outlet: proposal.outlet,
        kind: proposal.kind,
        lines: ordered.map(({ product, quantity, reason }) => ({ product, quantity, reason })),
      };
      const once = key(body);
      await answer(
        http.POST('/api/v1/distribution/orders', { params: { header: { 'Idempotency-Key': once } }, headers: onceHeader(once), body }),
      );
      await refresh();
      void navigate({ to: '/distribution/orders' });
    } catch (error) {
      setRefused(error);
    } finally {
      setBusy(false);
    }
  };
  return (
    <>
      {proposal.uncounted.length > 0 && <p>{t('uncounted', { models: proposal.uncounted.join('、') })}</p>}
      {refused !== undefined && <Refused error={refused} />}
      {lines.length === 0 ? (
        <EmptyBox title={t('nothingToOrder')} />
      ) : (
        <>
          <PlainTable label={t('lines')}>
            <thead>
              <tr>
                <th scope="col">{t('model')}</th>
                <th scope="col" className="num">
                  {t('quantity')}
                </th>
                <th scope="col" className="num">
                  {t('price')}
                </th>
                <th scope="col" className="num">
                  {t('amount')}
                </th>
                <th scope="col">{t('why')}</th>
              </tr>
            </thead>
            <tbody>
              {lines.map((line) => (
                <tr key={line.product}>
                  <td>
                    {line.product_name} {line.product}
                  </td>
                  <td className="num">
                    {may ? (
                      <InputNumber
                        aria-label={`${t('quantity')} ${line.product_name}`}
                        min={0}
                        precision={0}
                        value={line.quantity}
                        onChange={(quantity) => setTyped({ ...typed, [line.product]: quantity ?? 0 })}
                      />
                    ) : (
                      line.quantity
                    )}
                  </td>
                  <td className="num">
                    <Money fen={line.price} />
                  </td>
                  <td className="num">
                    <Money fen={line.price * line.quantity} />
                  </td>
                  <td>{line.reason}</td>
                </tr>
              ))}
            </tbody>
          </PlainTable>
          <Space style={{ marginTop: 12 }}>
            <strong>
              {t('total')} <Money fen={total} unit />
            </strong>
            {may && (
              <Button type="primary" loading={busy} disabled={total === 0} onClick={() => void send()}>
                {t('send')}
              </Button>
            )}
          </Space>
        </>
      )}
    </>
  );
}
