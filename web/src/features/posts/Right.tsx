import { useLabel } from '@/i18n';

/** A permission in words. */
export function Right({ name }: { name: string }) {
  const label = useLabel('permissions');
  const [group = '', code = ''] = name.split('.');
  return label(group, code);
}
