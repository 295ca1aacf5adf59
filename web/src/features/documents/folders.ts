import type { Schema } from '@/api/client';

export type Folder = Schema<'FolderView'>;
export type KindName = 'plan' | 'contract' | 'material' | 'product' | 'training' | 'meeting' | 'other';
export const KINDS: KindName[] = ['plan', 'contract', 'material', 'product', 'training', 'meeting', 'other'];
/** What the server takes, so that a wrong file is refused before it is sent. */
export const ACCEPT = '.pdf,.ofd,.xlsx,.docx,.pptx,.csv,.txt,.png,.jpg,.jpeg,.webp';
export const MOST_BYTES = 30 << 20;

/** Folders with those above them in their label, as choices. */
export function paths(folders: Folder[]): { value: string; label: string }[] {
  const byId = new Map(folders.map((folder) => [folder.id, folder]));
  const label = (folder: Folder, depth = 0): string => {
    const above = folder.parent && depth < 9 ? byId.get(folder.parent) : undefined;
    return above ? `${label(above, depth + 1)} / ${folder.title}` : folder.title;
  };
  return folders.map((folder) => ({ value: folder.id, label: label(folder) })).sort((a, b) => a.label.localeCompare(b.label));
}
