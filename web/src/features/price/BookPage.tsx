import { useParams } from '@tanstack/react-router';
import { Alert, Button } from 'antd';
import { useState } from 'react';
import { answer, api, http, ifMatch } from '@/api/client';
import { useLabel, useT } from '@/i18n';
import { basisPoints, count } from '@/shared/format/money';
import { dateTime } from '@/shared/format/time';
import { usePermission } from '@/shared/permissions';
import { Block } from '@/shared/ui/Block';
import { ActionDrawer } from '@/shared/ui/Drawers';
import { Money } from '@/shared/ui/Money';
import { PageHead } from '@/shared/ui/PageHead';
import { PlainTable } from '@/shared/ui/PlainTable';
import { QueryState } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import { BookForm } from './BookForm';
import { BOOK_TONES, changed, refresh, type Whole } from './data';
import { WordsItem } from './Fields';

/** A price book: what it changes, and the steps to its publication. */
export default function BookPage() {
  const { id = '' } = useParams({ strict: false }) as { id?: string };
  const query = api.useQuery('get', '/api/v1/price-books/{id}', { params: { path: { id } } });
  return (
    <QueryState query={query} rows={10}>
      {(whole) => <Book whole={whole} />}
    </QueryState>
  );
}

type Act = 'submit' | 'withdraw' | 'publish' | 'refuse';

function actsOf(whole: Whole, manages: boolean, decides: boolean): Act[] {
  const { state } = whole.head;
  const own: Act[] = !manages ? [] : state === 'draft' ? ['submit', 'withdraw'] : state === 'submitted' ? ['withdraw'] : [];
  return decides && state === 'submitted' ? [...own, 'refuse', 'publish'] : own;
}

function Book({ whole }: { whole: Whole }) {
  const t = useT('price');
  const common = useT('common');
  const label = useLabel('price');
  const [manages, decides] = [usePermission('price.manage'), usePermission('price.decide')];
  const [doing, setDoing] = useState<Act>();
  const [writing, setWriting] = useState(false);
  const { head } = whole;
  const facts: [string, string][] = [
    [t('kind'), label('bookKinds', head.kind)],
    [t('mode'), label('modes', head.mode)],
    [t('area'), head.territory_name],
    [t('outletType'), head.outlet_type || t('allTypes')],
    [t('from'), head.from],
    [t('lastDay'), head.last_day ?? t('untilFurther')],
    [t('source'), head.source],
    [t('ground'), head.ground || '—'],
    [t('maker'), head.made_by],
    [t('decidedBy'), [head.decided_by, head.decided_at && dateTime(head.decided_at), head.decision].filter(Boolean).join(' · ') || '—'],
  ];
  return (
    <>
      <PageHead
        title={head.title}
        note={
          <>
            {head.id} <StatusTag tone={BOOK_TONES[head.state]}>{label('bookStates', head.state)}</StatusTag>
          </>
        }
        actions={
          <>
            {manages && head.state === 'draft' && <Button onClick={() => setWriting(true)}>{t('rewrite')}</Button>}
            {actsOf(whole, manages, decides).map((act) => (
              <Button
                key={act}
                type={act === 'publish' || act === 'submit' ? 'primary' : 'default'}
                disabled={head.is_maker && (act === 'publish' || act === 'refuse')}
                title={head.is_maker && (act === 'publish' || act === 'refuse') ? t('ownBook') : undefined}
                onClick={() => setDoing(act)}
              >
                {t(`bookActs.${act}`)}
              </Button>
            ))}
            <Button onClick={() => print()}>{common('print')}</Button>
          </>
        }
      />
      {head.mode === 'recommended' && <Alert type="info" showIcon title={t('modeHelp.recommended')} style={{ marginBottom: 12 }} />}
      <Block title={t('scope')}>
        <dl className="figures">
          {facts.map(([name, words]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{words}</dd>
            </div>
          ))}
        </dl>
      </Block>
      <div style={{ marginTop: 12 }}>
        <Block title={t('priceListOf', { count: count(whole.lines.length) })}>
          <Lines whole={whole} />
        </Block>
      </div>
      {doing && <Do act={doing} whole={whole} onClose={() => setDoing(undefined)} />}
      {writing && <BookForm whole={whole} onClose={() => setWriting(false)} />}
    </>
  );
}

function Lines({ whole }: { whole: Whole }) {
  const t = useT('price');
  const num = (name: string) => ({ num: name });
  return (
    <PlainTable
      label={t('priceList')}
      heads={[
        t('product'),
        num(t('floorBefore')),
        num(t('floor')),
        num(t('suggestedBefore')),
        num(t('suggested')),
        num(t('change')),
        t('lastDay'),
      ]}
    >
      <tbody>
        {whole.lines.map((line) => {
          const share = changed(line.suggested_before, line.suggested);
          return (
            <tr key={line.product}>
              <th scope="row">
                {line.product_name} <span className="muted">{line.product}</span>
              </th>
              <td className="num">
                <Money fen={line.floor_before} />
              </td>
              <td className="num">
                <Money fen={line.floor} />
              </td>
              <td className="num">
                <Money fen={line.suggested_before} />
              </td>
              <td className="num">
                <Money fen={line.suggested} />
              </td>
              <td className="num">
                {line.suggested_before === null ? t('newPrice') : share === undefined ? t('same') : basisPoints(share)}
              </td>
              <td>{line.last_day ?? t('untilFurther')}</td>
            </tr>
          );
        })}
      </tbody>
    </PlainTable>
  );
}

function Do({ act, whole, onClose }: { act: Act; whole: Whole; onClose: () => void }) {
  const t = useT('price');
  const { id, version } = whole.head;
  const submit = async ({ reason }: { reason?: string }) => {
    const params = { path: { id }, header: ifMatch(version) };
    const headers = ifMatch(version);
    await (act === 'refuse'
      ? answer(http.POST('/api/v1/price-books/{id}/refuse', { params, headers, body: { reason: reason ?? '' } }))
      : act === 'publish'
        ? answer(http.POST('/api/v1/price-books/{id}/publish', { params, headers }))
        : act === 'submit'
          ? answer(http.POST('/api/v1/price-books/{id}/submit', { params, headers }))
          : answer(http.POST('/api/v1/price-books/{id}/withdraw', { params, headers })));
    await refresh();
  };
  return (
    <ActionDrawer
      open
      title={`${t(`bookActs.${act}`)} ${whole.head.title}`}
      consequence={t(`bookActHelp.${act}`)}
      verb={t(`bookActs.${act}`)}
      danger={act === 'refuse' || act === 'withdraw'}
      done={t('done')}
      onSubmit={submit}
      onClose={onClose}
    >
      {act === 'refuse' && <WordsItem name="reason" label={t('reason')} most={200} />}
    </ActionDrawer>
  );
}
