import { keepPreviousData } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '@/api/client';
import { holds, useMe } from '@/api/me';
import { useLabel, useT } from '@/i18n';
import { dateTime } from '@/shared/format/time';
import { ownActs, SERVICE_TONES, serviceAct, type ServiceRow, type ServiceVerb } from '@/shared/orders/service';
import { Badge, Btn, Card, Empty, Loaded, Page, Trouble, toast } from '../../kit';

const STEP = 30;
const MOST = 500;

/** What one's counter asked for handsets, latest first, and where each stands. */
export default function ListPage() {
  const t = useT('phoneService');
  const me = useMe();
  const may = holds(me, 'order.take') || holds(me, 'order.handle');
  const [limit, setLimit] = useState(STEP);
  const query = api.useQuery('get', '/api/v1/service-requests', { params: { query: { limit } } }, { placeholderData: keepPreviousData });
  return (
    <Page
      title={t('title')}
      back="/orders"
      foot={
        may && (
          <Link className="m-btn main" to={'/service/new' as never}>
            {t('ask')}
          </Link>
        )
      }
    >
      <Loaded query={query} empty={(data) => data.items.length === 0} whenEmpty={<Empty title={t('none')} help={t('noneHelp')} />}>
        {(data) => (
          <>
            {data.items.map((row) => (
              <One key={row.id} row={row} may={may} />
            ))}
            {data.next && limit < MOST && <Btn onClick={() => setLimit(Math.min(MOST, limit + STEP))}>{t('more')}</Btn>}
          </>
        )}
      </Loaded>
    </Page>
  );
}

function One({ row, may }: { row: ServiceRow; may: boolean }) {
  const t = useT('phoneService');
  const label = useLabel('phoneService');
  const [busy, setBusy] = useState<ServiceVerb>();
  const [refused, setRefused] = useState<unknown>();
  const does = async (verb: ServiceVerb) => {
    setBusy(verb);
    setRefused(undefined);
    try {
      await serviceAct(verb, row);
      toast(t('done'));
    } catch (error) {
      setRefused(error);
    } finally {
      setBusy(undefined);
    }
  };
  return (
    <Card
      title={`${label('kinds', row.kind)} · ${row.product_name}`}
      extra={<Badge tone={SERVICE_TONES[row.state]}>{label('states', row.state)}</Badge>}
    >
      <span>{row.replacement ? t('changed', { serial: row.serial, replacement: row.replacement }) : row.serial}</span>
      <span className="m-muted">{[row.id, dateTime(row.asked_at), row.reason].join(' · ')}</span>
      {row.decision && <span className="m-muted">{t('decision', { said: row.decision })}</span>}
      {refused !== undefined && <Trouble error={refused} />}
      {may &&
        ownActs(row).map((verb) => (
          <Btn key={verb} busy={busy === verb} onClick={() => void does(verb)}>
            {label('verbs', verb)}
          </Btn>
        ))}
    </Card>
  );
}
