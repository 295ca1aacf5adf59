import type { Schema } from '@/api/client';
import { useT } from '@/i18n';
import { dateTime } from '@/shared/format/time';
import { StatusTag } from '@/shared/ui/StatusTag';

type Whole = Schema<'ApplicationWhole'>;
type Turn = Schema<'TurnView'>;

/** Who holds it now, since when and until when; seats beside each other, turns one after the other. */
export function Holders({ whole }: { whole: Whole }) {
  const t = useT('flows');
  const { head, seats } = whole;
  if (seats.length === 0)
    return <p style={{ margin: 0 }}>{head.holders.length > 0 ? head.holders.map((one) => one.name).join(t('and')) : t('nobody')}</p>;
  return (
    <>
      <p style={{ margin: '0 0 8px' }}>{head.step_title}</p>
      {seats.map((seat, index) => (
        <ol key={index} className="turns" aria-label={seats.length > 1 ? t('seat', { number: index + 1 }) : head.step_title}>
          {seat.turns.map((turn) => (
            <One key={turn.id} turn={turn} open={turn.id === seat.open} />
          ))}
        </ol>
      ))}
    </>
  );
}

function One({ turn, open }: { turn: Turn; open: boolean }) {
  const t = useT('flows');
  const { verdict } = turn;
  const names = turn.candidates.map((one) => one.name).join(t('or'));
  return (
    <li className={open ? 'open' : undefined}>
      <strong>{verdict ? whoDid(verdict, (vars) => t('actingFor', vars)) : names}</strong>{' '}
      {verdict && <StatusTag tone="good">{verdict.skipped ? t('skipped') : t('agreed')}</StatusTag>}
      {open && <StatusTag tone={turn.late ? 'bad' : 'info'}>{turn.late ? t('late') : t('deciding')}</StatusTag>}
      {!open && !verdict && <StatusTag>{t('waiting')}</StatusTag>}
      {turn.escalated && <StatusTag tone="warn">{t('escalated')}</StatusTag>}
      <span className="muted small" style={{ display: 'block' }}>
        {[
          open && turn.opened_at ? t('since', { at: dateTime(turn.opened_at) }) : '',
          open && turn.due ? t('dueBy', { day: turn.due }) : '',
          verdict ? dateTime(verdict.at) : '',
          turn.added_by ? t('addedBy', { name: turn.added_by.name }) : '',
        ]
          .filter(Boolean)
          .join(' · ')}
      </span>
    </li>
  );
}

type Party = Schema<'PartyView'>;

/** Both names where somebody acted for somebody. */
export const whoDid = (
  { by, acting }: { by: Party; acting: Party | null },
  say: (vars: { by: string; acting: string }) => string,
): string => (acting ? say({ by: by.name, acting: acting.name }) : by.name);
