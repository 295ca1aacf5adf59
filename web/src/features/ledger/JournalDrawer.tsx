import { Link } from '@tanstack/react-router';
import { api } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { count } from '@/shared/format/money';
import { Money } from '@/shared/ui/Money';
import { DetailDrawer } from '@/shared/ui/Drawers';
import { QueryState } from '@/shared/ui/QueryState';
import { accountPath } from './LedgerPage';

/** A journal: its entries, those of one owner where it was opened from an account. */
export function JournalDrawer({ id, owner, onClose }: { id?: string; owner?: string; onClose: () => void }) {
  const t = useT('ledger');
  const label = useLabel('ledger');
  const params = { params: { path: { id: id ?? '' }, query: owner ? { owner } : {} } };
  const query = api.useQuery('get', '/api/v1/ledger/journals/{id}', params, { enabled: id !== undefined });
  return (
    <DetailDrawer open={id !== undefined} title={t('journal')} onClose={onClose} width={820}>
      <QueryState query={query}>
        {(data) => (
          <div style={{ display: 'grid', gap: 12 }}>
            <div>
              <strong>{data.reason}</strong>
              <div className="muted">
                {data.key} · {t('day')} {data.on} · {t('about')} {data.about}
                {data.reverses && ` · ${t('reverses', { id: data.reverses })}`}
              </div>
              <div className="muted" style={{ overflowWrap: 'anywhere' }}>
                {data.id} · SHA-256 {data.sha256}
              </div>
            </div>
            {data.entries.length < data.total && (
              <p className="muted">{t('someOf', { total: count(data.total), count: count(data.entries.length) })}</p>
            )}
            <table className="plain-table">
              <thead>
                <tr>
                  {(['owner', 'kind', 'reference'] as const).map((key) => (
                    <th key={key} scope="col">
                      {t(key)}
                    </th>
                  ))}
                  <th scope="col" className="num">
                    {t('debitSide')}
                  </th>
                  <th scope="col" className="num">
                    {t('creditSide')}
                  </th>
                </tr>
              </thead>
              <tbody>
                {data.entries.map((entry, index) => {
                  const words = (value: number) => (entry.unit === 'fen' ? <Money fen={value} /> : count(value));
                  return (
                    <tr key={index}>
                      <th scope="row">
                        <Link to={accountPath(entry.owner, entry.kind)}>{entry.name || entry.owner}</Link>
                      </th>
                      <td>{label('kinds', entry.kind)}</td>
                      <td>{entry.reference}</td>
                      <td className="num">{entry.amount > 0 && words(entry.amount)}</td>
                      <td className="num">{entry.amount < 0 && words(-entry.amount)}</td>
                    </tr>
                  );
                })}
              </tbody>
            </table>
          </div>
        )}
      </QueryState>
    </DetailDrawer>
  );
}
