import { useState } from 'react';
import { api, type Schema } from '@/api/client';
import { useT } from '@/i18n';
import { useSettled } from '@/shared/flows/useFill';
import { yuan } from '@/shared/format/money';
import { Badge, Card, Empty, List, ListItem, Loaded, Page, TextField } from '../../kit';

const MOST = 50;

/** One's terminals: what is on each, and which to load or to use. */
export default function TerminalsPage() {
  const t = useT('phoneMoney');
  const [typed, setTyped] = useState('');
  const q = useSettled(typed.trim());
  const counts = api.useQuery('get', '/api/v1/terminals/counts', {});
  const query = api.useQuery('get', '/api/v1/terminals', { params: { query: { q: q || undefined, state: 'placed', limit: MOST } } });
  return (
    <Page title={t('terminals')} back="/">
      <Loaded query={counts} rows={2}>
        {(data) => (
          <Card title={t('float')}>
            <span className="m-big">{yuan(data.balance)}</span>
            <span className="m-muted">{t('formula')}</span>
          </Card>
        )}
      </Loaded>
      <TextField label={t('serial')} type="search" value={typed} onChange={setTyped} />
      <Loaded
        query={query}
        empty={(data) => data.items.length === 0}
        whenEmpty={<Empty title={t('noTerminals')} help={t('noTerminalsHelp')} />}
      >
        {(data) => (
          <>
            <List label={t('terminals')}>
              {data.items.map((row) => (
                <Terminal key={row.serial} row={row} />
              ))}
            </List>
            {data.total > MOST && <p className="m-muted">{t('more', { count: data.total })}</p>}
          </>
        )}
      </Loaded>
    </Page>
  );
}

function Terminal({ row }: { row: Schema<'TerminalRow'> }) {
  const t = useT('phoneMoney');
  return (
    <ListItem
      title={
        <>
          {row.serial} {row.low && <Badge tone="warn">{t('low')}</Badge>} {row.idle && <Badge tone="warn">{t('idle')}</Badge>}
        </>
      }
      value={yuan(row.balance)}
      note={t('terminalNote', { outlet: row.outlet_name, loaded: yuan(row.loaded), sold: yuan(row.sold), reversed: yuan(row.reversed) })}
    />
  );
}
