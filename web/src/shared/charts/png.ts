// Saves an SVG drawing as a picture, twice as sharp as the screen.
import type { ECharts } from 'echarts/core';
import { saveBlob } from '@/shared/csv';

export async function asPng(chart: ECharts, name: string, ground: string): Promise<void> {
  const picture = new Image();
  picture.src = chart.getDataURL({ type: 'svg' });
  await picture.decode();
  const canvas = document.createElement('canvas');
  canvas.width = chart.getWidth() * 2;
  canvas.height = chart.getHeight() * 2;
  const pen = canvas.getContext('2d');
  if (!pen) return;
  pen.fillStyle = ground;
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (blob) saveBlob(blob, `${name}.png`);
}
