import { useState } from 'react';
import { api, type Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { useSettled } from '@/shared/flows/useFill';
import { yuan } from '@/shared/format/money';
import { useUrl } from '@/shared/url';
import { Badge, Btn, Card, Empty, List, ListItem, Loaded, Page, TextField, type Tone } from '../../kit';
import { Cases } from './Cases';
import { NoteHabit, NotePrice } from './Note';

type Live = Schema<'LivePrices'>;
type Row = Schema<'LivePrice'>;

const TONES: Record<string, Tone> = { fine: 'good', low: 'warn', high: 'warn', violation: 'bad' };

/** What products may cost at an outlet today, and what was seen of it. */
export default function PricesPage() {
  const t = useT('phonePrice');
  const [url, change] = useUrl();
  const outlet = url.outlet;
  return (
    <Page title={t('title')} back={outlet ? '/prices' : '/'}>
      {outlet ? <Prices outlet={outlet} /> : <Choose onChoose={(code) => change({ outlet: code })} />}
    </Page>
  );
}

function Choose({ onChoose }: { onChoose: (code: string) => void }) {
  const t = useT('phonePrice');
  const [typed, setTyped] = useState('');
  const q = useSettled(typed.trim());
  const query = api.useQuery('get', '/api/v1/prices/outlets', { params: { query: { q: q || undefined } } });
  return (
    <>
      <TextField label={t('outletSearch')} type="search" value={typed} onChange={setTyped} />
      <Loaded query={query} empty={(rows) => rows.length === 0} whenEmpty={<Empty title={t('noOutlets')} />}>
        {(rows) => (
          <List label={t('outlet')}>
            {rows.map((row) => (
              <ListItem key={row.code} title={row.name} note={`${row.code} · ${row.territory_name}`} onClick={() => onChoose(row.code)} />
            ))}
          </List>
        )}
      </Loaded>
    </>
  );
}

function Prices({ outlet }: { outlet: string }) {
  const query = api.useQuery('get', '/api/v1/prices', { params: { query: { outlet } } });
  return (
    <Loaded query={query} rows={5}>
      {(live) => <Shop live={live} />}
    </Loaded>
  );
}

function Shop({ live }: { live: Live }) {
  const t = useT('phonePrice');
  const label = useLabel('phonePrice');
  const [typed, setTyped] = useState('');
  const [noting, setNoting] = useState<Row>();
  const [habit, setHabit] = useState(false);
  const wanted = typed.trim().toLowerCase();
  const rows = live.rows.filter((row) => !wanted || `${row.product_name} ${row.product}`.toLowerCase().includes(wanted));
  return (
    <>
      <Card title={live.outlet_name}>
        <span className="m-muted">{`${live.outlet} · ${live.territory_name}`}</span>
        <span className="m-muted">{t('day', { day: live.day, type: live.outlet_type })}</span>
        <span>
          {t('habit')} {live.habit.habit ? label('habits', live.habit.habit) : t('habitUnknown')}
        </span>
        {live.may_note && <Btn onClick={() => setHabit(true)}>{t('habitNote')}</Btn>}
      </Card>
      <Cases outlet={live.outlet} />
      {live.rows.length > 8 && <TextField label={t('search')} type="search" value={typed} onChange={setTyped} />}
      {rows.length === 0 ? (
        <Empty title={t('noPrices')} help={t('noPricesHelp')} />
      ) : (
        <List label={t('prices')}>
          {rows.map((row) => (
            <ListItem
              key={row.product}
              title={
                <>
                  {row.product_name} {row.kind !== 'base' && <Badge tone="info">{label('kinds', row.kind)}</Badge>}{' '}
                  {row.verdict && <Badge tone={TONES[row.verdict]}>{label('verdicts', row.verdict)}</Badge>}
                </>
              }
              value={yuan(row.suggested)}
              note={[
                label('modes', row.mode),
                row.floor !== null && t('floor', { price: yuan(row.floor) }),
                row.last_day && t('until', { day: row.last_day }),
                row.seen !== null && row.seen_on && t('seen', { price: yuan(row.seen), day: row.seen_on }),
              ]
                .filter(Boolean)
                .join(' · ')}
              {...(live.may_note ? { onClick: () => setNoting(row) } : {})}
            />
          ))}
        </List>
      )}
      {noting && <NotePrice key={noting.product} outlet={live.outlet} row={noting} onClose={() => setNoting(undefined)} />}
      {habit && <NoteHabit live={live} onClose={() => setHabit(false)} />}
    </>
  );
}
