// Texts of the console: all of them.
import type { TextFiles } from '.';

export const texts: TextFiles = import.meta.glob<object>('./{zh,en}/*.ts', { import: 'default' });
