import type { English } from '../names';

const views: English<'views'> = {
  title: 'My views',
  save: 'Save this page as a view',
  saveVerb: 'Save',
  saved: 'View saved',
  name: 'Name of the view',
  nameMissing: 'Give it a name',
  consequence: 'Keeps the filters, columns and order of this page. Whoever opens the view sees data of their own part of the network only.',
  shareRoles: 'Share with roles',
  sharePeople: 'Share with people',
  take: 'Also take over the filters, columns and order the page has now',
  none: 'No views of this page yet',
  of: 'shared by {{owner}}',
  shared: 'shared with {{count}}',
  edit: 'Change the view {{name}}',
  delete: 'Delete the view {{name}}',
  deleteVerb: 'Delete',
  mail: 'Mail the view {{name}}',
  mailHelp:
    'Sends the figures of this view for the last whole day, week or month, with all rows beside them. The first mail goes out at once; end it in your account whenever you like.',
  mailVerb: 'Subscribe',
  mailDone: 'Subscribed; the first mail goes out at once',
  rhythm: 'How often',
  rhythms: { daily: 'Every day', weekly: 'Every Monday', monthly: 'Every first of a month' },
  address: 'Mail address',
  addressWrong: 'Give a mail address, like name@example.com',
  mails: 'Mail subscriptions',
  mailsNone: 'None; subscribe under “My views” of business volume',
  mailEnd: 'Unsubscribe',
  mailEndSure: 'No more mails of this view.',
  mailLast: 'Last one: figures from {{period}}, {{state}}',
  mailStates: { sending: 'being sent', sent: 'sent', failed: 'not sent' },
  deleteShared: 'Those it is shared with cannot open it any more.',
};

export default views;
