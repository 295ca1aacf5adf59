// How phone pages are brought: mobile/pages/<name>/routes.tsx exports a list of these, and the frame finds it.
import type { ComponentType } from 'react';

export interface PhonePage {
  /** Without `/m`: `/commission/$period`. */
  path: string;
  page: () => Promise<{ default: ComponentType }>;
  permission?: string | readonly string[];
}
