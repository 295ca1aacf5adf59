import { Link } from '@tanstack/react-router';
import { Alert, Button, Space } from 'antd';
import { api, type Schema } from '@/api/client';
import { useT } from '@/i18n';
import { yuan } from '@/shared/format/money';
import { useUrl } from '@/shared/url';
import { Block } from '@/shared/ui/Block';
import { PageHead } from '@/shared/ui/PageHead';
import { QueryState } from '@/shared/ui/QueryState';

/** Why a line is what it is, or why there is none: a letter that can be printed. */
export default function ProofPage() {
  const t = useT('statements');
  const common = useT('common');
  const [url] = useUrl();
  const which = {
    period: url.period ?? '',
    partner: url.partner ?? '',
    policy: url.policy ?? '',
    component: url.component ?? '',
    basis: url.basis ?? '',
    payee: url.payee,
    kind: url.kind,
    part: url.part === undefined ? undefined : Number(url.part),
  };
  const query = api.useQuery('get', '/api/v1/proofs', { params: { query: which } });
  return (
    <QueryState query={query}>
      {(data: Schema<'ProofLetter'>) => (
        <>
          <PageHead
            title={data.title}
            note={[data.rule?.component_title, data.day, data.basis].filter(Boolean).join(' · ')}
            actions={
              <Space>
                <Link to="/statements/$period/$partner" params={{ period: data.period, partner: data.partner } as never}>
                  {t('openStatement')}
                </Link>
                <Button href={`/api/v1/proofs/file?${new URLSearchParams(url)}`}>{t('pdf')}</Button>
                <Button onClick={() => print()}>{common('print')}</Button>
              </Space>
            }
          />
          <Block title={t(data.is_zero ? 'zero' : 'paid')}>
            <p style={{ fontSize: 24, margin: 0 }}>{yuan(data.amount)}</p>
            {data.accrued !== data.amount && <p>{t('accrued', { amount: yuan(data.accrued) })}</p>}
            {data.dispute && <p>{t('disputeOf', { id: data.dispute })}</p>}
            {data.reasons.map((reason) => (
              <Alert
                key={reason.code}
                type={reason.curable ? 'warning' : 'info'}
                showIcon
                title={reason.text}
                description={[reason.hint, reason.curable && reason.until ? t('canStill', { day: reason.until }) : '']
                  .filter(Boolean)
                  .join(' ')}
              />
            ))}
          </Block>
          {data.sections.map((section, index) => (
            <Block key={index} title={section.head}>
              {section.rows.map((row, at) =>
                row.quote ? (
                  <pre key={at} style={{ margin: 0, whiteSpace: 'pre-wrap', paddingInlineStart: row.indent * 8 }}>
                    {row.text}
                  </pre>
                ) : (
                  <p key={at} style={{ margin: '4px 0' }}>
                    {row.label && <span className="muted">{row.label} </span>}
                    {row.text}
                  </p>
                ),
              )}
            </Block>
          ))}
          <p className="muted">{t('digest', { digest: data.digest })}</p>
        </>
      )}
    </QueryState>
  );
}
