import type { Schema } from '@/api/client';
import { useT } from '@/i18n';
import { StatusTag } from '@/shared/ui/StatusTag';

/** Whether what was brought for the statement adds up to what it bills. */
export function Fits({ one }: { one: Schema<'InvoiceCase'> }) {
  const t = useT('invoices');
  return one.covered === one.billed ? (
    <StatusTag tone="good">{t('fitsWhole')}</StatusTag>
  ) : (
    <StatusTag tone="warn">{t(one.covered < one.billed ? 'fitsPart' : 'fitsOver')}</StatusTag>
  );
}
