// What there is to say about a text: findings with their places, examples with what came out.
import { Alert, Button } from 'antd';
import { useT } from '@/i18n';
import { PlainTable } from '@/shared/ui/PlainTable';
import { EmptyBox } from '@/shared/ui/QueryState';
import { StatusTag } from '@/shared/ui/StatusTag';
import type { Check } from './labels';

/** In one line: may it be used, and if not, why. */
export function Verdict({ check }: { check: Check }) {
  const t = useT('flowDesign');
  return check.publishable ? (
    <Alert type="success" showIcon title={t('fine', { count: check.examples.length })} />
  ) : (
    <Alert type="error" showIcon title={t('wrong', { count: check.findings.length })} description={check.findings[0]?.message} />
  );
}

/** Findings; choosing one goes to its place. */
export function Findings({ check, onGo }: { check: Check; onGo: (start: number, end: number) => void }) {
  const t = useT('flowDesign');
  if (check.findings.length === 0) return <EmptyBox title={t('nothingWrong')} />;
  return (
    <ul className="policy-messages" tabIndex={0} aria-label={t('tab.check')}>
      {check.findings.map((item, index) => (
        <li key={index}>
          <Button type="link" size="small" onClick={() => onGo(item.start, item.end)}>
            {t('line', { line: item.line })}
          </Button>
          {item.place && <code>{item.place}</code>} <span>{item.message}</span>
        </li>
      ))}
    </ul>
  );
}

/** The examples as they came out. */
export function Examples({ check, titles }: { check: Check; titles: (step: string) => string }) {
  const t = useT('flowDesign');
  if (check.examples.length === 0) return <EmptyBox title={t('broken')} />;
  return (
    <PlainTable label={t('tab.examples')} heads={[t('example'), t('wanted'), t('got'), t('way'), t('status')]}>
      <tbody>
        {check.examples.map((example, index) => (
          <tr key={index}>
            <th scope="row">{example.title}</th>
            <td>{example.wanted.join(' → ')}</td>
            <td>{example.got.join(' → ')}</td>
            <td>{example.way.map(titles).join(' → ')}</td>
            <td>
              <StatusTag tone={example.holds ? 'good' : 'bad'}>{example.holds ? t('holds') : t('fails')}</StatusTag>
              {example.barred && <div className="muted">{t('barred')}</div>}
              {example.wrong.map((why) => (
                <div key={why} className="muted">
                  {why}
                </div>
              ))}
            </td>
          </tr>
        ))}
      </tbody>
    </PlainTable>
  );
}
