import { Alert, Button } from 'antd';
import { useState } from 'react';
import type { Schema } from '@/api/client';
import { useT } from '@/i18n';
import { carryOut, keeper, refresh } from '@/shared/flows/acts';
import { dateTime } from '@/shared/format/time';

type Whole = Schema<'ApplicationWhole'>;

/** What an approved application brought about, or why it could not; and another try. */
export function Effect({ whole, effect }: { whole: Whole; effect: Schema<'EffectView'> }) {
  const t = useT('flows');
  const [key] = useState(keeper);
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<string>();
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
  const told = t('effectTold', { at: dateTime(effect.at), count: effect.tries });
  return (
    <Alert
      type={effect.done ? 'success' : 'warning'}
      showIcon
      role={effect.done ? 'status' : 'alert'}
      style={{ marginBottom: 12 }}
      title={effect.done ? t('effectDone', { what: effect.what }) : t('effectRefused', { why: effect.what })}
      description={wrong ?? (effect.done ? undefined : told)}
      action={
        effect.may_retry && (
          <Button className="no-print" loading={busy} onClick={() => void again()}>
            {t('effectRetry')}
          </Button>
        )
      }
    />
  );
}
