import { Link, useParams } from '@tanstack/react-router';
import { Button } from 'antd';
import { useState } from 'react';
import { api, type Schema } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { yuan } from '@/shared/format/money';
import { dateTime } from '@/shared/format/time';
import { usePermission } from '@/shared/permissions';
import { Block } from '@/shared/ui/Block';
import { Money } from '@/shared/ui/Money';
import { PageHead } from '@/shared/ui/PageHead';
import { QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { POP_TONES } from './data';
import { Photo } from './parts';
import { PopAction, type PopAct } from './PopActs';

type Whole = Schema<'PopWhole'>;

const ACTS: Record<string, PopAct[]> = {
  approved: ['produce', 'cancel'],
  in_production: ['place', 'cancel'],
  placed: ['check', 'recall', 'lose'],
};

/** One piece: where it is, what happened to it, and what it brought. */
export default function PopOnePage() {
  const { id = '' } = useParams({ strict: false }) as { id?: string };
  const query = api.useQuery('get', '/api/v1/display/pop/{id}', { params: { path: { id } } });
  return (
    <QueryState query={query} rows={10}>
      {(whole) => <Record whole={whole} />}
    </QueryState>
  );
}

function Record({ whole }: { whole: Whole }) {
  const t = useT('display');
  const label = useLabel('display');
  const common = useT('common');
  const may = usePermission('display.manage');
  const [act, setAct] = useState<PopAct>();
  const { asset, effect } = whole;
  const extra: PopAct[] = [
    ...(asset.state === 'placed' && asset.condition !== 'good' ? (['repair'] as const) : []),
    ...(asset.valuable && asset.agreement === '' && ACTS[asset.state] ? (['link'] as const) : []),
  ];
  const acts = may ? [...(ACTS[asset.state] ?? []), ...extra] : [];
  return (
    <>
      <PageHead
        title={`${asset.kind_name} ${asset.id}`}
        note={<StatusTag tone={POP_TONES[asset.state]}>{label('pops', asset.state)}</StatusTag>}
        actions={
          <>
            {acts.map((one, at) => (
              <Button
                key={one}
                type={at === 0 ? 'primary' : undefined}
                danger={one === 'lose' || one === 'cancel'}
                onClick={() => setAct(one)}
              >
                {t(`pop.${one}`)}
              </Button>
            ))}
            <Button onClick={() => print()}>{common('print')}</Button>
          </>
        }
      />
      <Block title={t('whereItIs')}>
        <p>
          <Link to="/display/outlets/$code" params={{ code: asset.outlet } as never}>
            {asset.outlet_name} {asset.outlet}
          </Link>
          {` · ${asset.place_name} · ${asset.campaign}`}
        </p>
        <dl className="figures">
          <div>
            <dt>{t('cost')}</dt>
            <dd>
              <Money fen={asset.cost} />
            </dd>
          </div>
          <div>
            <dt>{t('placedOn')}</dt>
            <dd>{asset.placed_on ?? '—'}</dd>
          </div>
          <div>
            <dt>{t('checkBy')}</dt>
            <dd>{asset.check_by ?? '—'}</dd>
          </div>
          <div>
            <dt>{t('condition')}</dt>
            <dd>{label('conditions', asset.condition)}</dd>
          </div>
          <div>
            <dt>{t('agreement')}</dt>
            <dd>{asset.agreement || '—'}</dd>
          </div>
        </dl>
        {asset.no_agreement && <StatusTag tone="warn">{t('alerts.no_agreement')}</StatusTag>}
        {asset.unchecked && <StatusTag tone="warn">{t('alerts.unchecked')}</StatusTag>}
        <Photo sha256={asset.photo} label={t('photo')} />
      </Block>
      <div style={{ marginTop: 12 }}>
        <Block title={t('effect')}>
          {effect ? (
            <p>
              {t('effectIs', {
                days: effect.days,
                before: effect.before,
                after: effect.after,
                gain: yuan(effect.gain),
                each: effect.per_yuan === null ? '—' : (effect.per_yuan / 100).toFixed(2),
              })}
            </p>
          ) : (
            <p className="muted">{t('noEffect')}</p>
          )}
        </Block>
      </div>
      <div style={{ marginTop: 12 }}>
        <Block title={t('history')}>
          <ol>
            {whole.history.map((row) => (
              <li key={row.at + row.act}>
                {[dateTime(row.at), label('happened', row.act), row.note, row.who].filter(Boolean).join(' · ')}
              </li>
            ))}
          </ol>
        </Block>
      </div>
      {act && <PopAction act={act} asset={asset} onClose={() => setAct(undefined)} />}
    </>
  );
}
