import { Link, useParams } from '@tanstack/react-router';
import { Alert, Button, Space } from 'antd';
import { useMemo, useState } from 'react';
import { api, type Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { PlaceMap, type Spot } from '@/shared/charts/PlaceMap';
import { clock, dateTime, instant } from '@/shared/format/time';
import { Block } from '@/shared/ui/Block';
import { PageHead } from '@/shared/ui/PageHead';
import { QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { usePurposes } from './data';
import { OutletLink, share } from './parts';
import { Photos, Viewer } from './Photos';
import { Review } from './Review';
import { COUNT_TONES, LEVEL_TONES, VISIT_TONES } from './tones';
import { Conflicts, Counted, Ended, Goals, Issues, Noted, Shelved, Steps, ToFix, Trained } from './VisitParts';
import { Sheets } from './VisitSheets';

type Whole = Schema<'VisitWhole'>;

/** One visit: what was done, answered, seen and agreed, and what is strange about it. */
export default function VisitPage() {
  const { id = '' } = useParams({ strict: false }) as { id?: string };
  const query = api.useQuery('get', '/api/v1/field/visits/{id}', { params: { path: { id } } });
  return (
    <QueryState query={query} rows={14}>
      {(whole) => <Record whole={whole} />}
    </QueryState>
  );
}

function Record({ whole }: { whole: Whole }) {
  const t = useT('field');
  const common = useT('common');
  const label = useLabel('field');
  const [photo, setPhoto] = useState<string>();
  const [deciding, setDeciding] = useState(false);
  const { line, site } = whole;
  return (
    <>
      <PageHead
        title={t('visitOf', { outlet: site.name, day: line.day })}
        note={
          <Space>
            <StatusTag tone={VISIT_TONES[line.state]}>{label('states', line.state)}</StatusTag>
            <StatusTag tone={COUNT_TONES[line.counts]}>{label('counts', line.counts)}</StatusTag>
          </Space>
        }
        actions={
          <Space wrap>
            {whole.may_review && (
              <Button type="primary" onClick={() => setDeciding(true)}>
                {t('decide')}
              </Button>
            )}
            <Link to="/field/replay" search={{ manager: line.manager, day: line.day } as never}>
              <Button>{t('replay')}</Button>
            </Link>
            <Button onClick={() => print()}>{common('print')}</Button>
          </Space>
        }
      />
      <Flags whole={whole} />
      <div className="grid">
        <div className="w8">
          <Block title={t('visitFacts')}>
            <Head whole={whole} />
          </Block>
          {whole.conflicts.length > 0 && (
            <Block title={t('conflicts')}>
              <Conflicts whole={whole} />
            </Block>
          )}
          <Block title={t('goals')}>
            <Goals rows={whole.goals} />
          </Block>
          <Sheets whole={whole} onPhoto={setPhoto} />
          <Block title={`${t('photos')} ${whole.photos.length}`}>
            <Photos whole={whole} onOpen={setPhoto} />
          </Block>
          {whole.shelves.length > 0 && (
            <Block title={t('shelfSeen')}>
              <Shelved rows={whole.shelves} />
            </Block>
          )}
          {whole.counts.length > 0 && (
            <Block title={t('stockCounted')}>
              <Counted rows={whole.counts} />
            </Block>
          )}
        </div>
        <div className="w4">
          <Block title={t('checkInMap')}>
            <Where whole={whole} />
          </Block>
          <Block title={`${t('steps')} ${share(whole.completion.share)}`}>
            <Steps rows={whole.steps} />
          </Block>
          <Block title={t('ending')}>
            <Ended ending={whole.ending} />
          </Block>
          {whole.to_fix.length > 0 && (
            <Block title={t('toFix')}>
              <ToFix rows={whole.to_fix} />
            </Block>
          )}
          {whole.issues.length > 0 && (
            <Block title={t('issues')}>
              <Issues rows={whole.issues} />
            </Block>
          )}
          {whole.trainings.length > 0 && (
            <Block title={t('trainings')}>
              <Trained rows={whole.trainings} />
            </Block>
          )}
          {whole.notes.length > 0 && (
            <Block title={t('notes')}>
              <Noted rows={whole.notes} onPhoto={setPhoto} />
            </Block>
          )}
        </div>
      </div>
      <Viewer whole={whole} open={photo} onOpen={setPhoto} />
      {deciding && <Review line={line} onClose={() => setDeciding(false)} />}
    </>
  );
}

/** What is strange about it; what only happened stands below. */
function Flags({ whole }: { whole: Whole }) {
  const t = useT('field');
  const { flags } = whole.line;
  const holding = flags.filter((flag) => flag.holds);
  const others = flags.filter((flag) => !flag.holds);
  const list = (rows: typeof flags) => (
    <ul className="plain-list">
      {rows.map((flag) => (
        <li key={`${flag.kind} ${flag.text}`}>{flag.text}</li>
      ))}
    </ul>
  );
  return (
    <div style={{ display: 'grid', gap: 8, marginBottom: flags.length > 0 || whole.missing.length > 0 ? 12 : 0 }}>
      {holding.length > 0 && (
        <Alert type={whole.line.counts === 'held' ? 'warning' : 'info'} showIcon title={t('flagsHold')} description={list(holding)} />
      )}
      {others.length > 0 && <Alert type="info" showIcon title={t('flagsTold')} description={list(others)} />}
      {whole.missing.length > 0 && <Alert type="info" showIcon title={t('photosMissing', { count: whole.missing.length })} />}
    </div>
  );
}

function Head({ whole }: { whole: Whole }) {
  const t = useT('field');
  const label = useLabel('field');
  const purpose = usePurposes();
  const { line, site, header } = whole;
  const entered = whole.track.find((point) => point.what === 'check_in');
  const at = (micros: number | null) => (micros === null ? '—' : clock(instant(micros)));
  const facts: [string, React.ReactNode][] = [
    [t('outlet'), <OutletLink key="outlet" code={site.outlet} name={site.name} />],
    [t('partner'), site.partner_name || '—'],
    [t('area'), site.territory_name || '—'],
    [t('class'), site.class || '—'],
    [t('manager'), line.manager_name],
    [t('plannedOn'), line.planned_on ?? t('unplannedVisit')],
    [t('entered'), at(line.entered_us)],
    [t('left'), at(line.left_us)],
    [t('minutes'), line.minutes ?? '—'],
    [t('reportedAt'), typeof whole.reported_us === 'number' ? dateTime(instant(whole.reported_us)) : '—'],
    [t('purposes'), header.purposes?.map(purpose).join(t('comma')) || '—'],
    [t('metPeople'), whole.met.join(t('comma')) || '—'],
    [
      t('evidence'),
      entered ? (
        <StatusTag key="level" tone={LEVEL_TONES[entered.level]}>
          {label('levels', entered.level)}
        </StatusTag>
      ) : (
        '—'
      ),
    ],
    [t('distance'), typeof entered?.distance_m === 'number' ? t('metres', { metres: entered.distance_m }) : '—'],
  ];
  return (
    <>
      <dl className="record-head" style={{ border: 0, margin: 0, padding: 0 }}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {whole.decided_by && (
        <p>
          {t('decidedBy', { who: whole.decided_by, counts: label('counts', line.counts) })} {whole.decided_why}
        </p>
      )}
    </>
  );
}

/** Where the phone was, against where the outlet stands. */
function Where({ whole }: { whole: Whole }) {
  const t = useT('field');
  const label = useLabel('field');
  const { site, track } = whole;
  const kinds = useMemo(() => ['outlet', 'check_in', 'photo', 'check_out'], []);
  const spots = useMemo(() => {
    const found: Spot[] = [];
    if (site.lat_e6 !== null && site.lon_e6 !== null)
      found.push({ code: 'outlet', name: site.name, lat_e6: site.lat_e6, lon_e6: site.lon_e6, of: 0, shown: site.name, mark: t('outlet') });
    track.forEach((point, at) => {
      if (point.lat_e6 === null || point.lon_e6 === null) return;
      const name = label('trackKinds', point.what);
      const { lat_e6, lon_e6 } = point;
      const words = [
        `${name} ${clock(instant(point.at_us))}`,
        point.distance_m === null ? '' : t('distanceOf', { metres: point.distance_m }),
      ];
      const mark = point.what === 'photo' ? undefined : name;
      found.push({
        code: String(at),
        name,
        lat_e6,
        lon_e6,
        of: Math.max(0, kinds.indexOf(point.what)),
        shown: words.filter(Boolean).join(' · '),
        mark,
      });
    });
    return found;
  }, [site, track, kinds, t, label]);
  const words = (point: Whole['track'][number]) => [
    `${label('trackKinds', point.what)} ${clock(instant(point.at_us))}`,
    label('levels', point.level),
    point.distance_m === null ? '—' : t('metres', { metres: point.distance_m }),
  ];
  return (
    <PlaceMap
      label={t('checkInSummary', { outlet: site.name })}
      spots={spots}
      classes={kinds.map((kind) => label('trackKinds', kind))}
      height={280}
      data={{ head: [t('checkInMap'), t('evidence'), t('distance')], rows: track.map(words) }}
    />
  );
}
