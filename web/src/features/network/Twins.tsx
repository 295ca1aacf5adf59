import { Alert } from 'antd';
import { useLabel, useT } from '@/i18n';
import { twinRecords, type Twin } from './lives';

const PLACES: Record<string, (code: string) => string> = {
  partner: (code) => `/partners/${encodeURIComponent(code)}`,
  outlet: (code) => `/outlets/${encodeURIComponent(code)}`,
  clerk: (code) => `/clerks?id=${encodeURIComponent(code)}`,
};

/** A record that may be the same; it opens beside, so that what was typed stays. */
export function TwinLink({ noun, code }: { noun: string; code: string }) {
  const label = useLabel('life');
  const place = PLACES[noun];
  const words = `${label('nouns', noun)} ${code}`;
  return place ? (
    <a href={place(code)} target="_blank" rel="noreferrer">
      {words}
    </a>
  ) : (
    words
  );
}

/** Records that may be the same, and why each is thought to be. */
export function Twins({ twins }: { twins: readonly Twin[] }) {
  const t = useT('life');
  const label = useLabel('life');
  const records = twinRecords(twins);
  return (
    <Alert
      type="warning"
      showIcon
      role="alert"
      style={{ marginBottom: 12 }}
      title={t('twinsFound', { count: records.length })}
      description={
        <>
          <p style={{ margin: 0 }}>{t('twinsHelp')}</p>
          <ul>
            {records.map(({ noun, code, reasons }) => (
              <li key={`${noun} ${code}`}>
                <TwinLink noun={noun} code={code} />
                {reasons.map((one) => (
                  <div key={one.why} className="muted">
                    {label('why', one.why)} {one.what}
                  </div>
                ))}
              </li>
            ))}
          </ul>
        </>
      }
    />
  );
}
