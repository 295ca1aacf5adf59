import { api, type Schema } from '@/api/client';
import { holds, useMe } from '@/api/me';
import { useLabel, useT } from '@/i18n';
import { yuan } from '@/shared/format/money';
import { month } from '@/shared/format/time';
import { useUrl } from '@/shared/url';
import { Badge, Card, ListItem, Loaded, Page, Strip } from '../../kit';
import { to, whichOf } from './shared';

/** Why a line is what it is, or why there is none: the answer on top, the whole letter below. */
export default function ProofPage() {
  const t = useT('phonePartner');
  const label = useLabel('phonePartner');
  const [url] = useUrl();
  const query = api.useQuery('get', '/api/v1/proofs', { params: { query: whichOf(url) } });
  const disputes = holds(useMe(), 'statement.confirm');
  return (
    <Page title={t('proof.title')} back={to(url.kind === 'zero' ? '/commission/unpaid' : '/commission/lines', { period: url.period })}>
      <Loaded query={query} rows={6}>
        {(data) => (
          <>
            <Card
              title={t(data.is_zero ? 'proof.zero' : data.reasons.length > 0 ? 'proof.less' : 'proof.paid')}
              extra={data.kind && <Badge>{label('kind', data.kind)}</Badge>}
            >
              <span className="m-big">{yuan(data.amount)}</span>
              {data.accrued !== data.amount && <span>{t('proof.accrued', { amount: yuan(data.accrued) })}</span>}
              <span className="m-muted">{[data.rule?.component_title, data.day, data.basis].filter(Boolean).join(' · ')}</span>
            </Card>
            {data.reasons.map((reason) => (
              <Strip key={reason.code} tone={reason.curable ? 'warn' : 'info'}>
                <strong>{reason.text}</strong>
                <div>{reason.hint}</div>
                <div>
                  {reason.until && t(reason.curable ? 'proof.canStill' : 'proof.tooLate', { day: reason.until })}
                  {reason.forgone > 0 && ` ${t('commission.forgone', { amount: yuan(reason.forgone) })}`}
                </div>
              </Strip>
            ))}
            {data.rule && (
              <Card title={t('proof.rule')}>
                <strong>{data.rule.component_title}</strong>
                <span className="m-muted">
                  {[data.rule.title, t('proof.version', { version: data.rule.version, from: data.rule.from })].join(' · ')}
                </span>
                {data.rule.clause && <span>{t('proof.clause', { clause: data.rule.clause })}</span>}
              </Card>
            )}
            {data.terms.length > 0 && (
              <Card title={t('proof.terms')}>
                <ul className="m-list">
                  {data.terms.map((term, index) => (
                    <ListItem
                      key={index}
                      title={`${month(term.due)} ${label('termState', term.state)}`}
                      value={yuan(term.amount)}
                      note={term.condition}
                    />
                  ))}
                </ul>
              </Card>
            )}
            <Letter sections={data.sections} />
            <a className="m-btn" href={to('/api/v1/proofs/file', url)} download>
              {t('proof.pdf')}
            </a>
            {disputes &&
              (data.dispute ? (
                <Strip>{t('proof.disputed', { id: data.dispute })}</Strip>
              ) : (
                <ListItemLink address={to('/dispute', url)} words={t('proof.dispute')} />
              ))}
          </>
        )}
      </Loaded>
    </Page>
  );
}

const ListItemLink = ({ address, words }: { address: string; words: string }) => (
  <ul className="m-list card">
    <ListItem title={words} to={address} />
  </ul>
);

function Letter({ sections }: { sections: Schema<'LetterSection'>[] }) {
  const t = useT('phonePartner');
  return (
    <details className="m-card">
      <summary style={{ minHeight: 44, alignContent: 'center' }}>{t('proof.letter')}</summary>
      {sections.map((section, index) => (
        <section key={index}>
          <h2>{section.head}</h2>
          {section.rows.map((row, at) =>
            row.quote ? (
              <pre key={at} style={{ margin: 0, whiteSpace: 'pre-wrap', font: 'inherit', paddingInlineStart: row.indent * 4 }}>
                {row.text}
              </pre>
            ) : (
              <p key={at}>
                {row.label && <span className="m-muted">{row.label} </span>}
                {row.text}
              </p>
            ),
          )}
        </section>
      ))}
    </details>
  );
}
