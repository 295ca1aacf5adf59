// What somebody answered, in words.
import type { Schema } from '@/api/client';
import type { useLabel, useT } from '@/i18n';
import { percent, yuan } from '@/shared/format/money';

type Item = Schema<'FieldItem'>;
type Say = ReturnType<typeof useT<'field'>>;
type Name = ReturnType<typeof useLabel<'field'>>;

interface Place {
  holder: string;
  rival?: string;
  pop?: string;
  current?: boolean;
  intact?: boolean;
  facing?: boolean;
}

/** A number in its smallest unit with its digits after the point: 150 with two of them is 1.50. */
export const scaled = (value: number, scale: number): string => (scale === 0 ? String(value) : (value / 10 ** scale).toFixed(scale));

/** An answer as a phone wrote it, in words. `item` says units and options, where its version is known. */
export function answerWords(answer: unknown, item: Item | undefined, t: Say, label: Name): string {
  if (answer === null || answer === undefined) return t('unanswered');
  if (answer === 'na') return t('notHere');
  if (typeof answer !== 'object') return String(answer);
  const [kind, value] = Object.entries(answer)[0] ?? ['', undefined];
  switch (kind) {
    case 'yes_no':
      return t(value ? 'yes' : 'no');
    case 'price':
      return yuan(Number(value));
    case 'number':
      return `${scaled(Number(value), item?.scale ?? 0)} ${item?.unit ?? ''}`.trim();
    case 'grade':
      return item?.kind === 'compare'
        ? label('compared', String(value))
        : t('gradeOf', { grade: String(value), best: String(item?.levels ?? '—') });
    case 'choice':
      return item?.options.find((one) => one.id === value)?.name ?? String(value);
    case 'scan':
      return (value as string[]).join(t('comma'));
    case 'photo':
      return t('photosOf', { count: (value as string[]).length });
    case 'signature':
      return t('signed');
    case 'place':
      return placeWords(value as Place, t, label);
    default:
      return String(value);
  }
}

/** A figure of a checklist in what it is in. */
export function measureWords({ value, unit, scale }: Pick<Schema<'VisitMeasure'>, 'value' | 'unit' | 'scale'>, t: Say): string {
  if (value === null) return '—';
  switch (unit) {
    case 'share':
      return percent(value / 10_000);
    case 'yes_no':
      return t(value ? 'yes' : 'no');
    case 'fen':
      return yuan(value);
    case 'number':
      return scaled(value, scale);
    default:
      return t(unit === 'points' ? 'pointsOf' : 'piecesOf', { count: value });
  }
}

function placeWords(place: Place, t: Say, label: Name): string {
  const words = [
    label('holders', place.holder),
    place.rival ?? '',
    place.pop ?? '',
    place.current ? t('placeCurrent') : '',
    place.intact ? t('placeIntact') : '',
    place.facing ? t('placeFacing') : '',
  ];
  return words.filter(Boolean).join(t('comma'));
}

/** Photos and signatures an answer names. */
export function filesOf(answer: unknown): string[] {
  if (typeof answer !== 'object' || answer === null) return [];
  const { photo, signature } = answer as { photo?: string[]; signature?: string };
  return [...(photo ?? []), ...(signature ? [signature] : [])];
}

/** A value of two that stand against each other, line by line: `a.b: 1`. */
export function valueLines(value: unknown, at = ''): string[] {
  if (value === null || value === undefined) return [at ? `${at}: —` : '—'];
  if (Array.isArray(value))
    return [`${at ? `${at}: ` : ''}${value.map((one) => (typeof one === 'object' ? JSON.stringify(one) : String(one))).join(' ') || '—'}`];
  if (typeof value === 'object') return Object.entries(value).flatMap(([key, inner]) => valueLines(inner, at ? `${at}.${key}` : key));
  if (value === '') return [];
  return [at ? `${at}: ${String(value)}` : String(value)];
}
