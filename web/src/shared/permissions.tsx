// What is shown to whom. The server decides again; this only spares people dead ends.
import type { ReactNode } from 'react';
import { holds, useMe } from '@/api/me';
import { useLabel } from '@/i18n';

export function usePermission(permission?: string | readonly string[]): boolean {
  return holds(useMe(), permission);
}

/** Shows its content to whoever holds the permission (or one of several). */
export function Can({
  permission,
  otherwise = null,
  children,
}: {
  permission: string | readonly string[];
  otherwise?: ReactNode;
  children: ReactNode;
}) {
  return usePermission(permission) ? children : otherwise;
}

/** What a permission allows, in words. */
export function usePermissionName(): (permission: string) => string {
  const label = useLabel('permissions');
  return (permission) => {
    const [noun = '', verb = ''] = permission.split('.');
    return label(noun, verb);
  };
}
