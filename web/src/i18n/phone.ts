// Texts of the phone pages: files whose name begins with `phone`, what is common, and approvals and handset supply, which both show alike.
import type { TextFiles } from '.';

export const texts: TextFiles = import.meta.glob<object>('./{zh,en}/{common,flows,supply,phone*}.ts', { import: 'default' });
