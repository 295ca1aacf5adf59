import { useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '@/api/client';
import { isApiError } from '@/api/errors';
import { useLabel, useT } from '@/i18n';
import { keeper } from '@/shared/flows/acts';
import { yuan } from '@/shared/format/money';
import { dateTime } from '@/shared/format/time';
import {
  act,
  GRAVE,
  isPaid,
  offered,
  PIECE_TONES,
  REASONED,
  RETURN_TONES,
  SUPPLY_TONES,
  type SupplyVerb,
  type SupplyWhole,
} from '@/shared/supply';
import { Badge, Btn, Card, List, ListItem, Loaded, Page, Sheet, TextBox, Trouble, toast } from '../../kit';

/** What one does on the phone; accepting and sending out are work at a desk with a scanner. */
const HERE: readonly SupplyVerb[] = ['receive', 'return', 'cancel'];

/** One order: where it stands, its pieces, and what one can do. */
export default function OnePage() {
  const t = useT('phoneSupply');
  const { id = '' } = useParams({ strict: false }) as { id?: string };
  const query = api.useQuery('get', '/api/v1/supply/orders/{id}', { params: { path: { id } } });
  const [doing, setDoing] = useState<SupplyVerb>();
  const whole = query.data;
  const verbs = offered(whole?.may ?? []).filter((verb) => HERE.includes(verb));
  return (
    <Page
      title={id}
      back="/supply"
      foot={
        verbs.length > 0 &&
        verbs.map((verb) => (
          <Btn key={verb} kind={GRAVE.includes(verb) ? 'bad' : verb === 'receive' ? 'main' : 'plain'} onClick={() => setDoing(verb)}>
            {t(`verbs.${verb as 'receive'}`)}
          </Btn>
        ))
      }
    >
      <Loaded query={query} rows={6}>
        {(data) => <Content whole={data} />}
      </Loaded>
      {whole && doing && (
        <Acting
          key={doing}
          verb={doing}
          whole={whole}
          onStale={async () => void (await query.refetch())}
          onClose={() => setDoing(undefined)}
        />
      )}
    </Page>
  );
}

function Content({ whole }: { whole: SupplyWhole }) {
  const t = useT('phoneSupply');
  const words = useT('supply');
  const label = useLabel('supply');
  const { order } = whole;
  return (
    <>
      <Card
        title={order.outlet_name}
        extra={
          <>
            <Badge tone={SUPPLY_TONES[order.state]}>{label('states', order.state)}</Badge>{' '}
            {isPaid(order) && <Badge tone="good">{words('paid')}</Badge>}
          </>
        }
      >
        <span className="m-big">{yuan(order.amount)}</span>
        <span className="m-muted">{t('guaranteedOf', { guaranteed: yuan(whole.guaranteed), margin: yuan(whole.margin) })}</span>
        <span className="m-muted">
          {order.received_on ? t('receivedOn', { day: order.received_on }) : t('expected', { day: order.promised_on ?? order.wanted_on })}
        </span>
        {order.open !== null && order.open > 0 && <span className="m-muted">{t('open', { open: yuan(order.open) })}</span>}
      </Card>
      <Card title={t('lines')}>
        <List label={t('lines')}>
          {whole.lines.map((line) => (
            <ListItem
              key={line.offer}
              title={t('line', { name: line.name, pieces: line.pieces })}
              value={yuan(line.supply_price)}
              note={t('guaranteed', { least: yuan(line.least_margin) })}
            />
          ))}
        </List>
      </Card>
      {whole.pieces.length > 0 && (
        <Card title={t('serials')}>
          <List label={t('serials')}>
            {whole.pieces.map((piece) => (
              <ListItem
                key={piece.serial}
                title={piece.serial}
                note={whole.lines[piece.line - 1]?.name}
                value={<Badge tone={PIECE_TONES[piece.state]}>{label('pieceStates', piece.state)}</Badge>}
              />
            ))}
          </List>
        </Card>
      )}
      {whole.returns.length > 0 && (
        <Card title={t('returns')}>
          <List label={t('returns')}>
            {whole.returns.map((one) => (
              <ListItem
                key={one.id}
                title={one.id}
                value={<Badge tone={RETURN_TONES[one.state]}>{label('returnStates', one.state)}</Badge>}
                note={[one.reason, one.decision].filter(Boolean).join(' · ')}
              />
            ))}
          </List>
        </Card>
      )}
      <Card title={t('history')}>
        <ol style={{ margin: 0, paddingInlineStart: 20 }}>
          {whole.history.map((row) => (
            <li key={row.at + row.act}>{[dateTime(row.at), label('happened', row.act), row.note].filter(Boolean).join(' · ')}</li>
          ))}
        </ol>
      </Card>
    </>
  );
}

interface ActingProps {
  verb: SupplyVerb;
  whole: SupplyWhole;
  /** Somebody else acted on it: reads it anew. */
  onStale: () => Promise<void>;
  onClose: () => void;
}

/** One act: what follows, what is missing or goes back, why. */
function Acting({ verb, whole, onStale, onClose }: ActingProps) {
  const t = useT('phoneSupply');
  const [key] = useState(keeper);
  const [note, setNote] = useState('');
  const [ticked, setTicked] = useState<string[]>([]);
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<unknown>();
  const { id, version } = whole.order;
  const reasoned = REASONED.includes(verb);
  const lists = verb === 'receive' || verb === 'return';
  const pieces = whole.pieces.filter((piece) => piece.state === (verb === 'receive' ? 'shipped' : 'received'));
  const blocked =
    verb === 'return' && ticked.length === 0 ? t('tickMissing') : reasoned && note.trim().length < 2 ? t('reasonMissing') : undefined;
  const submit = async () => {
    setBusy(true);
    setRefused(undefined);
    try {
      const given = { note: note.trim(), serials: ticked };
      await act(verb, { id, version, key: key([verb, id, version, given]) }, given);
      toast(t('done'));
      onClose();
    } catch (error) {
      if (isApiError(error) && error.code === 'platform.db.stale') await onStale();
      setRefused(error);
    } finally {
      setBusy(false);
    }
  };
  const toggle = (serial: string) => setTicked(ticked.includes(serial) ? ticked.filter((one) => one !== serial) : [...ticked, serial]);
  return (
    <Sheet open title={t(`verbs.${verb as 'receive'}`)} onClose={onClose}>
      <p>{t(`consequence.${verb as 'receive'}`)}</p>
      {refused !== undefined && <Trouble error={refused} />}
      {lists && (
        <fieldset className="m-field">
          <legend>{t(verb === 'receive' ? 'missing' : 'toReturn')}</legend>
          {pieces.map((piece) => (
            <label key={piece.serial} className="m-choice">
              <input type="checkbox" checked={ticked.includes(piece.serial)} onChange={() => toggle(piece.serial)} />
              <span>{`${piece.serial} ${whole.lines[piece.line - 1]?.name ?? ''}`}</span>
            </label>
          ))}
        </fieldset>
      )}
      {reasoned && <TextBox label={t('reason')} rows={2} max={100} value={note} onChange={setNote} />}
      <Btn kind={GRAVE.includes(verb) ? 'bad' : 'main'} wide busy={busy} blocked={blocked} onClick={() => void submit()}>
        {verb === 'receive' ? t('receiveMany', { count: pieces.length - ticked.length }) : t(`verbs.${verb as 'receive'}`)}
      </Btn>
    </Sheet>
  );
}
