import { useParams } from '@tanstack/react-router';
import { api, type Schema } from '@/api/client';
import { holds, useMe } from '@/api/me';
import { useLabel, useT } from '@/i18n';
import { count, yuan } from '@/shared/format/money';
import { month } from '@/shared/format/time';
import { LIFE_TONES, turnOf } from '@/shared/lives';
import { Badge, Card, List, ListItem, Loaded, Page, Strip, type Tone } from '../../kit';

type All = Schema<'OutletAll'>;

const ATTITUDES: Record<string, Tone> = { for: 'good', neutral: 'plain', against: 'bad' };

/** An outlet as one needs it at its door: how it stands, whom to talk to, what it does. */
export default function OnePage() {
  const t = useT('phoneOutlets');
  const { code = '' } = useParams({ strict: false }) as { code?: string };
  const query = api.useQuery('get', '/api/v1/outlets/{code}/whole', { params: { path: { code } } });
  return (
    <Page title={query.data?.outlet.outlet.name ?? t('one')} back="/outlets">
      <Loaded query={query} rows={5}>
        {(all) => <Whole all={all} />}
      </Loaded>
    </Page>
  );
}

function Whole({ all }: { all: All }) {
  const t = useT('phoneOutlets');
  const label = useLabel('phoneOutlets');
  const me = useMe();
  const { life, contacts } = all;
  const { outlet } = all.outlet;
  const last = life.lines.at(-1);
  const address = life.sites.at(-1)?.address;
  const keeper = all.keepers.find((one) => turnOf(one, me.today) === 'now');
  const own = life.merged_into === null && holds(me, 'flow.start');
  return (
    <>
      {life.merged_into && <Strip tone="warn">{t('merged', { code: life.merged_into.new, from: life.merged_into.from })}</Strip>}
      <Card title={outlet.code} extra={<Badge tone={LIFE_TONES[life.state]}>{label('states', life.state)}</Badge>}>
        <span className="m-muted">{[outlet.owner_name, outlet.territory_name].filter(Boolean).join(' · ')}</span>
        {address && <span>{address}</span>}
        {last && <span className="m-muted">{t('since', { day: last.from, reason: last.reason })}</span>}
        <span className="m-muted">{keeper ? t('keeper', { name: keeper.name || keeper.login, day: keeper.from }) : t('noKeeper')}</span>
      </Card>
      <Card title={t('contacts')}>
        {contacts.length === 0 && <p className="m-muted">{t('noContacts')}</p>}
        {contacts
          .filter((one) => one.to === null)
          .map((one) => (
            <Contact key={one.id} one={one} />
          ))}
      </Card>
      {all.business && (
        <Card title={t('business', { month: month(all.business.month) })}>
          {all.business.figures.length === 0 && <p className="m-muted">{t('noBusiness')}</p>}
          <div className="m-figures">
            {all.business.figures.map((figure) => (
              <div key={figure.kind}>
                <div className="m-muted">{figure.title}</div>
                <strong>{count(figure.month)}</strong> <span className="m-muted">{t('before', { shown: count(figure.before) })}</span>
              </div>
            ))}
          </div>
        </Card>
      )}
      {all.commission && (
        <Card title={t('commission', { month: month(all.commission.period) })}>
          <span className="m-big">{yuan(all.commission.payable)}</span>
        </Card>
      )}
      {own && (
        <List label={t('todo')}>
          <ListItem title={t('apply')} to={`/applications/new/outlet_change?outlet=${encodeURIComponent(outlet.code)}`} />
        </List>
      )}
    </>
  );
}

function Contact({ one }: { one: Schema<'ContactView'> }) {
  const t = useT('phoneOutlets');
  const label = useLabel('phoneOutlets');
  const said = [
    ['needs', one.needs],
    ['limits', one.limits],
    ['opportunities', one.opportunities],
  ] as const;
  return (
    <div>
      <strong>{one.name}</strong>{' '}
      <span className="m-muted">{[one.post, label('powers', one.power), one.phone].filter(Boolean).join(' · ')}</span>{' '}
      <Badge tone={ATTITUDES[one.attitude]}>{label('attitudes', one.attitude)}</Badge>
      {said
        .filter(([, words]) => words)
        .map(([name, words]) => (
          <div key={name} className="m-muted">
            {t(name)} {words}
          </div>
        ))}
    </div>
  );
}
