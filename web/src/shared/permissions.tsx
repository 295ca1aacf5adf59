// What is shown to whom. The server decides again; this only spares people dead ends.
import type { ReactNode } from 'react';
import { holds, useMe } from '@/api/me';

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
