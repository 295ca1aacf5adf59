import type { English } from '../names';

const downloads: English<'downloads'> = {
  title: 'Downloads',
  kept: 'Files are kept for 7 days, then deleted',
  reload: 'Reload',
  none: 'No exported files yet',
  noneHelp: 'Choose “Export” on pages such as business volume or the audit trail; the file is here once it is written',
  file: 'File',
  kind: 'Content',
  kinds: { figures: 'Business figures', audit: 'Audit trail' },
  state: 'State',
  rows: 'Rows',
  size: 'Size',
  made: 'Asked for',
  expires: 'Deleted',
  action: 'Actions',
  download: 'Download',
  repeat: 'Export again',
  again: 'Begun again, from the data of now',
  stop: 'Stop',
  stopping: 'Stopping',
  remove: 'Delete',
  removeOf: 'Delete {{file}}',
  removeSure: 'Delete this file?',
  removed: 'Deleted',
  xlsx: 'Export to Excel',
  csv: 'Export to CSV',
  exporting: 'Export',
  exported: 'Exported: {{count}} rows',
  later: 'You may close this; the file will be here once it is written:',
};

export default downloads;
