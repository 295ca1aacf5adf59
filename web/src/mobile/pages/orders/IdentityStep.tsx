import { useState, type ReactNode } from 'react';
import { useT } from '@/i18n';
import { Card, Strip, TextField } from '../../kit';
import type { Whole } from './draft';
import { Check } from './parts';

interface Props {
  whole: Whole;
  consent: boolean;
  failed: boolean;
  onConsent: (consent: boolean) => void;
  foot: (person: { name: string; number: string }, blocked: string | undefined) => ReactNode;
}

/** The customer agrees to the check, and is checked. What is typed here is kept nowhere. */
export function IdentityStep({ whole, consent, failed, onConsent, foot }: Props) {
  const t = useT('phoneOrders');
  const [name, setName] = useState('');
  const [number, setNumber] = useState('');
  const blocked = !consent ? t('identity.consentMissing') : name.trim() === '' || number.trim() === '' ? t('identity.missing') : undefined;
  return (
    <>
      <Card title={t('identity.consentTitle')}>
        <p>{t('identity.consentText')}</p>
        <Check checked={consent} onChange={onConsent}>
          {t('identity.consent')}
        </Check>
      </Card>
      {(failed || (whole.identity && !whole.identity.passed)) && <Strip tone="bad">{t('identity.failed')}</Strip>}
      <TextField label={t('identity.name')} autoComplete="off" value={name} onChange={setName} />
      <TextField
        label={t('identity.number')}
        help={t('identity.numberHelp')}
        autoComplete="off"
        value={number}
        onChange={(typed) => setNumber(typed.toUpperCase())}
      />
      {foot({ name: name.trim(), number: number.trim() }, blocked)}
    </>
  );
}
