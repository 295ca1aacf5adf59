import { useState } from 'react';
import { api, type Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { Badge, Card, List, ListItem, type Tone } from '../../kit';
import { SayInCase } from './Note';

type Case = Schema<'PriceCase'>;

const TONES: Record<string, Tone> = { notified: 'bad', decided: 'warn', appealed: 'info', explained: 'info', final: 'info' };

/** Open cases of an outlet: what it may still say, and until when. Nothing where there are none. */
export function Cases({ outlet }: { outlet: string }) {
  const t = useT('phonePrice');
  const label = useLabel('phonePrice');
  const [saying, setSaying] = useState<Case>();
  const rows = api.useQuery('get', '/api/v1/price-cases', { params: { query: { outlet, open: true } } }).data?.items ?? [];
  if (rows.length === 0) return null;
  const note = (row: Case) =>
    [
      t('caseNote', { product: row.product_name, day: row.found_on }),
      row.summary,
      row.state === 'notified' && row.answer_due && t('answerUntil', { day: row.answer_due }),
      row.state === 'decided' && row.appeal_due && t('appealUntil', { day: row.appeal_due }),
    ]
      .filter(Boolean)
      .join(' · ');
  return (
    <Card title={t('cases')}>
      <List label={t('cases')}>
        {rows.map((row) => (
          <ListItem
            key={row.id}
            title={
              <>
                {row.id} <Badge tone={TONES[row.state]}>{label('caseStates', row.state)}</Badge>
              </>
            }
            note={note(row)}
            {...(row.state === 'notified' || row.state === 'decided' ? { onClick: () => setSaying(row) } : {})}
          />
        ))}
      </List>
      {saying && <SayInCase key={saying.id} one={saying} onClose={() => setSaying(undefined)} />}
    </Card>
  );
}
