/** A text no spreadsheet takes for a formula: what begins like one and is no number gets an apostrophe before it. */
const plain = (text: string): string => (/^[=+\-@\t]/.test(text) && !/^[-+]?[\d,]+(\.\d+)?%?$/.test(text) ? `'${text}` : text);

const cell = (text: string): string => {
  const safe = plain(text);
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
};

/** A file that spreadsheets open as it is meant: marked as UTF-8, lines as they expect them. */
export const csv = (rows: readonly (readonly string[])[]): string => `\ufeff${rows.map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`;

/** Hands a file to the browser. */
export function saveBlob(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** Hands rows to the browser as a CSV file. */
export const saveCsv = (rows: readonly (readonly string[])[], name: string): void =>
  saveBlob(new Blob([csv(rows)], { type: 'text/csv' }), `${name}.csv`);
