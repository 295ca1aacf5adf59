// Texts of the phone pages: files whose name begins with `phone`, and what is common.
import type { TextFiles } from '.';

export const texts: TextFiles = import.meta.glob<object>('./{zh,en}/{common,phone*}.ts', { import: 'default' });
