// What there is to say about a text: messages with their lines, examples with what came out, plain words.
import { Alert, Button } from 'antd';
import { useT } from '@/i18n';
import { Money } from '@/shared/ui/Money';
import { PlainTable } from '@/shared/ui/PlainTable';
import { EmptyBox } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import type { Check } from './labels';

/** In one line: may it be published, and if not, why. */
export function Verdict({ check }: { check: Check }) {
  const t = useT('policy');
  const parts = [
    check.errors > 0 && t('errors', { count: check.errors }),
    check.failing > 0 && t('failing', { count: check.failing }),
    check.warnings > 0 && t('warnings', { count: check.warnings }),
  ].filter(Boolean);
  const isFine = check.publishable;
  return (
    <Alert
      type={check.errors > 0 || check.failing > 0 ? 'error' : isFine ? 'success' : 'warning'}
      showIcon
      title={isFine ? t('fine', { count: check.examples.length }) : (check.blocked ?? parts.join(' · '))}
      description={parts.length > 0 && isFine ? parts.join(' · ') : undefined}
    />
  );
}

/** Messages; choosing one goes to its place. */
export function Diagnostics({ check, onGo }: { check: Check; onGo: (start: number, end: number) => void }) {
  const t = useT('policy');
  return (
    <ul className="policy-messages" tabIndex={0} aria-label={t('tab.check')}>
      {check.diagnostics.map((item, index) => (
        <li key={index}>
          <StatusTag tone={item.severity === 'error' ? 'bad' : 'warn'}>{item.severity === 'error' ? t('error') : t('warning')}</StatusTag>{' '}
          <Button type="link" size="small" onClick={() => onGo(item.start, item.end)}>
            {t('line', { line: item.line })}
          </Button>
          <span>{item.message}</span>
          {item.help && <div className="muted">{t('help', { help: item.help })}</div>}
        </li>
      ))}
    </ul>
  );
}

export function Examples({ check, onGo }: { check: Check; onGo?: (start: number, end: number) => void }) {
  const t = useT('policy');
  if (check.errors > 0) return <EmptyBox title={t('broken')} />;
  if (check.examples.length === 0) return <EmptyBox title={t('noExamples')} />;
  return (
    <PlainTable
      label={t('tab.examples')}
      heads={[t('tab.examples'), t('period'), t('component'), { num: t('wanted') }, { num: t('got') }, t('status')]}
    >
      <tbody>
        {check.examples.flatMap((example) =>
          example.expects.map((expect, index) => (
            <tr key={`${example.name}/${index}`}>
              <th scope="row">
                {index > 0 ? (
                  ''
                ) : onGo ? (
                  <Button type="link" size="small" style={{ padding: 0 }} onClick={() => onGo(example.start, example.start)}>
                    {example.name}
                  </Button>
                ) : (
                  example.name
                )}
                {index === 0 && example.broken && <div className="negative">{example.broken}</div>}
              </th>
              <td>{expect.period}</td>
              <td>{expect.component ?? t('whole')}</td>
              <td>
                <Money fen={expect.wanted} />
              </td>
              <td>
                <Money fen={expect.got} />
              </td>
              <td>
                <StatusTag tone={expect.holds ? 'good' : 'bad'}>{expect.holds ? t('passed') : t('failed')}</StatusTag>
                {expect.wrong && <div className="muted">{expect.wrong}</div>}
              </td>
            </tr>
          )),
        )}
      </tbody>
    </PlainTable>
  );
}

/** The policy in plain words; headings are lines without indentation behind a blank line. */
export function Words({ document }: { document: string }) {
  const t = useT('policy');
  if (!document) return <EmptyBox title={t('broken')} />;
  return (
    <div className="policy-words" role="group" aria-label={t('tab.document')} tabIndex={0}>
      {document}
    </div>
  );
}
