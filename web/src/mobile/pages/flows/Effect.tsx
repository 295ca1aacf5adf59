import { useState } from 'react';
import type { Schema } from '@/api/client';
import { useT } from '@/i18n';
import { carryOut, keeper, refresh } from '@/shared/flows/acts';
import { Btn, Card, Strip } from '../../kit';

type Whole = Schema<'ApplicationWhole'>;

/** What an approved application brought about, or why it could not; and another try. */
export function Effect({ whole, effect }: { whole: Whole; effect: Schema<'EffectView'> }) {
  const t = useT('flows');
  const [key] = useState(keeper);
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<string>();
  if (effect.done) return <Strip>{t('effectDone', { what: effect.what })}</Strip>;
  const again = async () => {
    setBusy(true);
    setWrong(undefined);
    try {
      await carryOut({ id: whole.head.id, version: whole.head.version, key: key(whole.head.version) });
      await refresh();
    } catch (error) {
      setWrong(error instanceof Error ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  };
  return (
    <Card>
      <Strip tone="warn">{t('effectRefused', { why: effect.what })}</Strip>
      {wrong && <Strip tone="bad">{wrong}</Strip>}
      {effect.may_retry && (
        <Btn wide busy={busy} onClick={() => void again()}>
          {t('effectRetry')}
        </Btn>
      )}
    </Card>
  );
}
