import { useT } from '@/i18n';

const KNOWN = [
  'person_read',
  'person_manage',
  'private_reveal',
  'parameter_read',
  'parameter_manage',
  'audit_read',
  'partner_read',
  'volume_read',
  'import_read',
  'import_load',
  'policy_read',
  'policy_simulate',
  'policy_draft',
  'policy_publish',
  'settlement_read',
  'settlement_run',
  'settlement_approve',
  'payment_read',
  'payment_make',
  'payment_approve',
  'statement_read',
  'statement_confirm',
  'income_read',
  'dispute_answer',
  'ledger_read',
  'document_read',
  'document_manage',
  'rival_note',
] as const;

/** A permission in words; its name where it has none. */
export function Right({ name }: { name: string }) {
  const t = useT('posts');
  const known = KNOWN.find((one) => one === name.replace('.', '_'));
  return known ? t(`right.${known}`) : name;
}
