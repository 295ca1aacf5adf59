// Addresses and tones the partner's pages share.
import type { Schema } from '@/api/client';
import type { Tone } from '../../kit';

export const TONES: Record<string, Tone> = {
  published: 'info',
  disputed: 'warn',
  confirmed: 'good',
  in_payment: 'info',
  paid: 'good',
  open: 'warn',
  proposed: 'info',
  answered: 'good',
  closed: 'plain',
  submitted: 'info',
  accepted: 'good',
  refused: 'bad',
};

type Named = Record<string, string | number | null | undefined>;

const address = (path: string, named: Named) =>
  `${path}?${new URLSearchParams(
    Object.entries(named)
      .filter(([, value]) => value !== undefined && value !== null && value !== '')
      .map(([key, value]) => [key, String(value)]),
  )}`;

export const proofOfLine = (period: string, partner: string, row: Schema<'LineRow'>) =>
  address('/proof', {
    period,
    partner,
    policy: row.policy,
    component: row.component,
    basis: row.basis,
    payee: row.payee,
    kind: row.kind,
    part: row.part,
  });

export const proofOfZero = (period: string, partner: string, row: Schema<'UnpaidRow'>) =>
  address('/proof', { period, partner, policy: row.policy, component: row.component, basis: row.basis, kind: 'zero' });

export const to = address;

/** What names the statement an invoice is brought for: the partner, or the number of its statement of differences. */
export const invoiceFor = (row: Schema<'PaymentRow'>, account: string) => ({
  period: row.period,
  partner: row.again ? row.statement : account,
  missing: row.invoices?.missing,
});

/** Parameters that name a line, as the server takes them. */
export const whichOf = (url: Record<string, string>) => ({
  period: url.period ?? '',
  partner: url.partner ?? '',
  policy: url.policy ?? '',
  component: url.component ?? '',
  basis: url.basis ?? '',
  payee: url.payee,
  kind: url.kind,
  part: url.part === undefined ? undefined : Number(url.part),
});
