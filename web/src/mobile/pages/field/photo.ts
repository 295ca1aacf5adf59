// A photo as it is kept: shrunk, with its time, outlet and place written into it, named by its content.
import type { PhotoFact, Position } from './records';
import type { Shot } from './draft';

const LONGEST = 1600;
const QUALITY = 0.8;

/** SHA-256 of bytes, as the server names files. */
export async function sha256(bytes: Blob): Promise<string> {
  const sum = new Uint8Array(await crypto.subtle.digest('SHA-256', await bytes.arrayBuffer()));
  return Array.from(sum, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** How new a file has to be to be taken for a photo made now, milliseconds. A page cannot know it better. */
const FRESH = 120_000;

export interface Marked {
  outlet: string;
  position: Position | null;
  /** Lines of the watermark. */
  lines: string[];
}

/** A photo of the camera or album, ready to be kept. */
export async function shoot(file: File, mark: Marked): Promise<Shot> {
  const now = Date.now();
  const blob = await watermarked(file, mark.lines);
  const fact: PhotoFact = {
    taken_us: Math.min(now, file.lastModified || now) * 1000,
    position: mark.position,
    live: Math.abs(now - file.lastModified) < FRESH,
    outlet: mark.outlet,
    bytes: blob.size,
  };
  return { sha256: await sha256(blob), blob, fact };
}

/** A signature drawn by hand, PNG in base64. */
export async function signature(picture: string): Promise<Shot> {
  const bytes = Uint8Array.from(atob(picture), (letter) => letter.charCodeAt(0));
  const blob = new Blob([bytes], { type: 'image/png' });
  return { sha256: await sha256(blob), blob };
}

async function watermarked(photo: Blob, lines: readonly string[]): Promise<Blob> {
  const bitmap = await createImageBitmap(photo, { imageOrientation: 'from-image' });
  const scale = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const pen = canvas.getContext('2d');
  if (!pen) throw new Error('no canvas');
  pen.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  write(pen, canvas.width, canvas.height, lines);
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('no picture'))), 'image/jpeg', QUALITY),
  );
}

/** White on a dark band along the lower edge: readable on any photo. */
function write(pen: CanvasRenderingContext2D, width: number, height: number, lines: readonly string[]): void {
  const size = Math.max(10, Math.round(Math.min(width, height) / 32));
  const step = Math.round(size * 1.4);
  const band = step * lines.length + size;
  pen.fillStyle = 'rgb(0 0 0 / 55%)';
  pen.fillRect(0, height - band, width, band);
  pen.fillStyle = '#fff';
  pen.font = `${size}px sans-serif`;
  pen.textBaseline = 'top';
  lines.forEach((line, at) => pen.fillText(line, size, height - band + size / 2 + at * step, width - 2 * size));
}

/** What a watermark says: time, name, outlet, place. */
export const lines = (when: string, who: string, outlet: { code: string; name: string; address: string }, place: string): string[] =>
  [`${when} · ${who}`, `${outlet.name} ${outlet.code}`, outlet.address, place].filter((line) => line !== '');
