import type { English } from '../names';

const jobs: English<'jobs'> = {
  title: 'Background work',
  what: 'Work',
  state: 'State',
  begun: 'Begun',
  ended: 'Ended',
  detail: 'Note',
  empty: 'Imports, settlements and exports you asked for stand here',
};

export default jobs;
